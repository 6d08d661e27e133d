package org.invar.collective;

import java.nio.ByteBuffer;
import java.util.BitSet;

/** The transport of a gang of one: there is nobody to read from, to write to or to wait for. */
final class NoPeers implements Transport {
  @Override
  public int read(int peer, ByteBuffer in) {
    throw nobody(peer);
  }

  @Override
  public int write(int peer, ByteBuffer out) {
    throw nobody(peer);
  }

  @Override
  public void await(BitSet readable, BitSet writable, long nanos) {
    throw new IllegalStateException("a gang of one waits for peers");
  }

  @Override
  public String address(int peer) {
    throw nobody(peer);
  }

  private static IllegalStateException nobody(int peer) {
    return new IllegalStateException("a gang of one has no worker " + peer);
  }

  @Override
  public void close() {}
}
