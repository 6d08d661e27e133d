package org.invar.collective;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A gang within one JVM, whose workers are threads: for tests of what is built on {@link
 * Collective}, with faults where they are wanted.
 *
 * <p>Frames, rounds and failures are those of a gang over TCP; bytes go through small pipes in
 * memory, so that frames arrive in pieces.
 */
public final class InProcess {
  private final int size;
  private final List<Pipe> pipes = new ArrayList<>();
  private final List<byte @Nullable []> keys = new ArrayList<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  private InProcess(int size, boolean encrypted, Fault... faults) {
    this.size = size;
    for (int from = 0; from < size; from++) {
      for (int to = 0; to < size; to++) {
        pipes.add(new Pipe(Fault.between(from, to, faults)));
        keys.add(encrypted ? RunKey.nonce() : null);
      }
    }
  }

  /**
   * Returns a gang whose streams have faults.
   *
   * @param size number of workers
   * @param encrypted whether frames are encrypted
   * @param faults what goes wrong, each once
   */
  public static InProcess of(int size, boolean encrypted, Fault... faults) {
    return new InProcess(size, encrypted, faults);
  }

  /**
   * Returns a worker's view of the gang; once for each rank.
   *
   * @param stall how long a peer may be silent in a round while something is expected of it
   */
  public Collective join(int rank, Duration stall) {
    List<Peer> peers = new ArrayList<>();
    for (int peer = 0; peer < size; peer++) {
      if (peer != rank) {
        peers.add(new Peer(new Session(peer, key(rank, peer), key(peer, rank)), size));
      }
    }
    return new Collective(rank, peers, new Streams(rank), stall);
  }

  private byte @Nullable [] key(int from, int to) {
    return keys.get(from * size + to);
  }

  private Pipe pipe(int from, int to) {
    return pipes.get(from * size + to);
  }

  /** One worker's ends of the pipes. */
  private final class Streams implements Transport {
    private final int rank;

    Streams(int rank) {
      this.rank = rank;
    }

    @Override
    public int read(int peer, ByteBuffer in) {
      lock.lock();
      try {
        int bytes = pipe(peer, rank).read(in);
        signal(bytes);
        return bytes;
      } finally {
        lock.unlock();
      }
    }

    @Override
    public int write(int peer, ByteBuffer out) throws IOException {
      lock.lock();
      try {
        Pipe pipe = pipe(rank, peer);
        int bytes = pipe.write(out);
        if (pipe.broken()) {
          pipe(peer, rank).close();
          changed.signalAll();
        }
        signal(bytes);
        return bytes;
      } finally {
        lock.unlock();
      }
    }

    private void signal(int bytes) {
      if (bytes > 0) {
        changed.signalAll();
      }
    }

    @Override
    public void await(BitSet readable, BitSet writable, long nanos) throws InterruptedException {
      long deadline = System.nanoTime() + nanos;
      lock.lockInterruptibly();
      try {
        long now = System.nanoTime();
        while (now < deadline && !ready(readable, writable)) {
          // A pipe that is delayed becomes ready without anybody's doing.
          changed.awaitNanos(Math.min(deadline - now, TimeUnit.MILLISECONDS.toNanos(20)));
          now = System.nanoTime();
        }
      } finally {
        lock.unlock();
      }
    }

    /** Allocates nothing, so that tests can tell what those allocate who wait. */
    private boolean ready(BitSet readable, BitSet writable) {
      for (int peer = 0; peer < size; peer++) {
        if ((readable.get(peer) && pipe(peer, rank).readable())
            || (writable.get(peer) && pipe(rank, peer).writable())) {
          return true;
        }
      }
      return false;
    }

    @Override
    public String address(int peer) {
      return "in this process";
    }

    @Override
    public void close() {
      lock.lock();
      try {
        for (int peer = 0; peer < size; peer++) {
          pipe(rank, peer).close();
          pipe(peer, rank).close();
        }
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }
}
