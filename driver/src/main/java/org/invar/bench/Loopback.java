package org.invar.bench;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import org.invar.gang.ExchangeProbe.Pace;

/**
 * Plain blocking TCP connections of this machine with itself, one a pair of workers: every worker
 * has a thread that sends and one that receives, and nobody looks at the bytes.
 */
final class Loopback implements AutoCloseable {
  private static final int CHUNK = 64 << 10;

  private final int workers;
  private final SocketChannel[][] channels;
  private final ExecutorService threads;

  private Loopback(int workers) {
    this.workers = workers;
    this.channels = new SocketChannel[workers][workers];
    this.threads = Executors.newFixedThreadPool(2 * workers);
  }

  /** Connects every worker with every other. */
  static Loopback open(int workers) {
    var loopback = new Loopback(workers);
    try (ServerSocketChannel server = ServerSocketChannel.open()) {
      server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      for (int one = 0; one < workers; one++) {
        for (int other = 0; other < one; other++) {
          loopback.channels[one][other] = tuned(SocketChannel.open(server.getLocalAddress()));
          loopback.channels[other][one] = tuned(server.accept());
        }
      }
      return loopback;
    } catch (IOException e) {
      loopback.close();
      throw new UncheckedIOException("cannot connect this machine with itself", e);
    }
  }

  private static SocketChannel tuned(SocketChannel channel) throws IOException {
    return channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
  }

  /**
   * Sends bytes from everybody to everybody, step after step: a worker begins the next when it has
   * received all of one.
   *
   * @return each step's milliseconds, of the slowest worker
   */
  double[] steps(long bytesToEach, Pace pace) {
    run(bytesToEach, pace.fewest());
    double[] first = run(bytesToEach, pace.fewest());
    double millis = Math.max(Median.of(first), 1e-3);
    double enough = pace.seconds() * 1e3 / millis;
    return run(bytesToEach, (int) Math.max(pace.fewest(), Math.min(pace.most(), enough)));
  }

  private double[] run(long bytes, int steps) {
    List<Future<double[]>> receivers = new ArrayList<>();
    List<Future<double[]>> all = new ArrayList<>();
    for (int worker = 0; worker < workers; worker++) {
      int self = worker;
      var turns = new Semaphore(0);
      all.add(threads.submit(() -> send(self, bytes, steps, turns)));
      receivers.add(threads.submit((Callable<double[]>) () -> receive(self, bytes, steps, turns)));
    }
    all.addAll(receivers);
    double[] slowest = new double[steps];
    for (Future<double[]> one : all) {
      double[] millis = result(one);
      for (int step = 0; step < millis.length; step++) {
        slowest[step] = Math.max(slowest[step], millis[step]);
      }
    }
    return slowest;
  }

  private static double[] result(Future<double[]> one) {
    try {
      return one.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("loopback failed: " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private double[] send(int self, long bytes, int steps, Semaphore turns)
      throws IOException, InterruptedException {
    ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK);
    for (int step = 0; step < steps; step++) {
      turns.acquire();
      for (long sent = 0; sent < bytes; sent += CHUNK) {
        for (int turn = 1; turn < workers; turn++) {
          chunk.clear().limit((int) Math.min(CHUNK, bytes - sent));
          while (chunk.hasRemaining()) {
            channels[self][(self + turn) % workers].write(chunk);
          }
        }
      }
    }
    return new double[0];
  }

  private double[] receive(int self, long bytes, int steps, Semaphore turns) throws IOException {
    ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK);
    double[] millis = new double[steps];
    for (int step = 0; step < steps; step++) {
      long start = System.nanoTime();
      turns.release();
      for (long received = 0; received < bytes; received += CHUNK) {
        for (int turn = 1; turn < workers; turn++) {
          chunk.clear().limit((int) Math.min(CHUNK, bytes - received));
          while (chunk.hasRemaining()) {
            if (channels[self][(self + workers - turn) % workers].read(chunk) < 0) {
              throw new EOFException("the other side is closed");
            }
          }
        }
      }
      millis[step] = (System.nanoTime() - start) * 1e-6;
    }
    return millis;
  }

  @Override
  public void close() {
    threads.shutdownNow();
    for (SocketChannel[] row : channels) {
      for (SocketChannel channel : row) {
        try {
          if (channel != null) {
            channel.close();
          }
        } catch (IOException e) {
          throw new UncheckedIOException("cannot close a connection", e);
        }
      }
    }
  }
}
