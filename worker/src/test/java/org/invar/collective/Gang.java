package org.invar.collective;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Workers of a gang as threads of a test. */
final class Gang {
  static final String RUN = "run-7";
  static final Duration TIMEOUT = Duration.ofSeconds(20);

  /** How a worker gets into the gang. */
  @FunctionalInterface
  interface Entrance {
    Collective join(int rank) throws Exception;
  }

  /** What a worker does. */
  @FunctionalInterface
  interface Body {
    void run(Collective collective) throws Exception;
  }

  private Gang() {}

  /** Runs all workers; returns what each failed with, null where it did not. */
  static List<@Nullable Throwable> failures(int size, Entrance entrance, Body body)
      throws InterruptedException {
    ExecutorService threads = Executors.newFixedThreadPool(size);
    List<Future<@Nullable Throwable>> ends = new ArrayList<>();
    for (int rank = 0; rank < size; rank++) {
      int self = rank;
      ends.add(threads.submit(() -> failure(self, entrance, body)));
    }
    threads.shutdown();
    assertTrue(threads.awaitTermination(60, TimeUnit.SECONDS), "a worker hangs");
    return ends.stream().map(Gang::result).toList();
  }

  private static @Nullable Throwable failure(int rank, Entrance entrance, Body body) {
    try (Collective collective = entrance.join(rank)) {
      body.run(collective);
      return null;
    } catch (Throwable e) {
      return e;
    }
  }

  private static @Nullable Throwable result(Future<@Nullable Throwable> end) {
    try {
      return end.get();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** Runs all workers, none of which may fail. */
  static void run(int size, Entrance entrance, Body body) throws InterruptedException {
    for (Throwable failure : failures(size, entrance, body)) {
      if (failure != null) {
        throw new AssertionError("a worker failed", failure);
      }
    }
  }

  static Entrance inProcess(int size, boolean encrypted, Duration stall, Fault... faults) {
    InProcess gang = InProcess.of(size, encrypted, faults);
    return rank -> gang.join(rank, stall);
  }

  static Entrance tcp(int size, boolean encrypted, Duration stall) {
    return tcp(meshes(size, RunKey.random(), encrypted), stall);
  }

  static Entrance tcp(List<Mesh> meshes, Duration stall) {
    List<InetSocketAddress> addresses = meshes.stream().map(Mesh::address).toList();
    return rank -> meshes.get(rank).connect(addresses, TIMEOUT, stall);
  }

  static List<Mesh> meshes(int size, RunKey key, boolean encrypted) {
    return IntStream.range(0, size).mapToObj(rank -> mesh(rank, size, key, encrypted)).toList();
  }

  static Mesh mesh(int rank, int size, RunKey key, boolean encrypted) {
    return Mesh.bind(new Membership(RUN, 1, rank, size), key, encrypted, "127.0.0.1", 0, 0);
  }
}
