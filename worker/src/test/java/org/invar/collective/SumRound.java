package org.invar.collective;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;

/**
 * An all-reduce as training does it: everybody sends every slice to its owner, the owner adds and
 * sends the sum to everybody.
 */
final class SumRound implements Round {
  private static final int CHUNK = 16 << 10;

  private final int number;
  private final int rank;
  private final int size;
  private final float[] values;
  private final int[] given;
  private final int[] taken;
  private int arrived;

  /** Adds up {@code values} over all workers, in place; all have the same number of values. */
  SumRound(int number, int rank, int size, float[] values) {
    this.number = number;
    this.rank = rank;
    this.size = size;
    this.values = values;
    this.given = new int[size];
    this.taken = new int[size];
  }

  private int from(int owner) {
    return (int) ((long) values.length * owner / size);
  }

  private int length(int owner) {
    return from(owner + 1) - from(owner);
  }

  @Override
  public int tag() {
    return number;
  }

  @Override
  public boolean fill(int peer, ByteBuffer out) {
    int at = given[peer];
    int theirs = length(peer);
    if (at < theirs) {
      give(peer, out, from(peer) + at, theirs - at);
      return true;
    }
    // My own slice, as far as everybody's part of it has been added.
    if (arrived < length(rank) * (size - 1)) {
      return false;
    }
    give(peer, out, from(rank) + at - theirs, theirs + length(rank) - at);
    return true;
  }

  private void give(int peer, ByteBuffer out, int from, int left) {
    int count = Math.min(left, CHUNK);
    out.asFloatBuffer().put(values, from, count);
    out.position(out.position() + Float.BYTES * count);
    given[peer] += count;
  }

  @Override
  public boolean filled(int peer) {
    return given[peer] == length(peer) + length(rank);
  }

  @Override
  public void take(int peer, ByteBuffer in) {
    FloatBuffer part = in.asFloatBuffer();
    int count = part.remaining();
    int at = taken[peer];
    int mine = length(rank);
    if (at < mine) {
      float[] sum = values;
      for (int i = 0, to = from(rank) + at; i < count; i++, to++) {
        sum[to] += part.get(i);
      }
      arrived += count;
    } else {
      part.get(values, from(peer) + at - mine, count);
    }
    taken[peer] += count;
  }

  @Override
  public boolean taken(int peer) {
    return taken[peer] == length(rank) + length(peer);
  }

  @Override
  public boolean work() {
    return false;
  }

  @Override
  public String doing() {
    return "the sum of round " + number;
  }
}
