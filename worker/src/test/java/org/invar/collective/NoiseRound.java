package org.invar.collective;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * A round of random frames of random sizes from everybody to everybody, whose content is checked.
 */
final class NoiseRound implements Round {
  private final long seed;
  private final int number;
  private final int rank;
  private final int[] frames;
  private final int[] given;
  private final int[] taken;
  private final int longest;
  private int work;

  /**
   * Makes one worker's part.
   *
   * @param longest the longest payload
   * @param most the most frames between two workers
   */
  NoiseRound(long seed, int number, int rank, int size, int longest, int most) {
    this.seed = seed;
    this.number = number;
    this.rank = rank;
    this.longest = longest;
    this.frames = new int[size * size];
    Arrays.setAll(frames, pair -> random(pair, -1).nextInt(most + 1));
    this.given = new int[size];
    this.taken = new int[size];
    this.work = random(rank, -2).nextInt(3);
  }

  private SplittableRandom random(long pair, long frame) {
    return new SplittableRandom(((seed * 31 + number) * 31 + pair) * 1_000_003 + frame);
  }

  private byte[] content(int from, int to, int frame) {
    SplittableRandom random = random(pair(from, to), frame);
    byte[] bytes = new byte[random.nextInt(longest + 1)];
    random.nextBytes(bytes);
    return bytes;
  }

  private int pair(int from, int to) {
    return from * given.length + to;
  }

  @Override
  public int tag() {
    return number;
  }

  @Override
  public boolean fill(int peer, ByteBuffer out) {
    if (out.remaining() < Frames.MAX_PAYLOAD) {
      throw new AssertionError("only " + out.remaining() + " bytes free");
    }
    out.put(content(rank, peer, given[peer]++));
    return true;
  }

  @Override
  public boolean filled(int peer) {
    return given[peer] == frames[pair(rank, peer)];
  }

  @Override
  public void take(int peer, ByteBuffer in) {
    byte[] found = new byte[in.remaining()];
    in.get(found);
    if (!Arrays.equals(found, content(peer, rank, taken[peer]))) {
      throw new AssertionError("wrong content of frame " + taken[peer] + " from " + peer);
    }
    taken[peer]++;
  }

  @Override
  public boolean taken(int peer) {
    return taken[peer] == frames[pair(peer, rank)];
  }

  @Override
  public boolean work() {
    return work-- > 0;
  }

  @Override
  public String doing() {
    return "the noise of round " + number;
  }
}
