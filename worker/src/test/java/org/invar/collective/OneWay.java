package org.invar.collective;

import java.nio.ByteBuffer;
import java.util.BitSet;

/** A round in which one worker gives everybody one frame, and nobody else gives anything. */
final class OneWay implements Round {
  private final int number;
  private final int rank;
  private final int giver;
  private final BitSet done = new BitSet();
  private boolean ready = true;

  OneWay(int number, int rank, int giver) {
    this.number = number;
    this.rank = rank;
    this.giver = giver;
  }

  /** Makes the round a faulty one, which is never ready to give its frame. */
  OneWay withoutFrames() {
    ready = false;
    return this;
  }

  @Override
  public int tag() {
    return number;
  }

  @Override
  public boolean fill(int peer, ByteBuffer out) {
    if (ready) {
      out.putInt(number);
      done.set(peer);
    }
    return ready;
  }

  @Override
  public boolean filled(int peer) {
    return rank != giver || done.get(peer);
  }

  @Override
  public void take(int peer, ByteBuffer in) {
    if (in.remaining() != Integer.BYTES || in.getInt() != number) {
      throw new AssertionError("wrong content");
    }
    done.set(peer);
  }

  @Override
  public boolean taken(int peer) {
    return peer != giver || done.get(peer);
  }

  @Override
  public boolean work() {
    return false;
  }

  @Override
  public String doing() {
    return "the word of worker " + giver;
  }
}
