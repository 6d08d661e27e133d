package org.invar.collective;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Workers find each other, and nobody else gets in or in the way. */
@Timeout(60)
class MeshTest {
  private static final Duration STALL = Duration.ofSeconds(20);
  private static final int HELLO = 92;
  private static final int PROOF = 32;

  private final RunKey key = RunKey.random();

  private static void noise(Collective collective) throws Exception {
    for (int number = 0; number < 5; number++) {
      collective.run(new NoiseRound(4, number, collective.rank(), collective.size(), 5_000, 4));
    }
  }

  private static List<InetSocketAddress> addresses(List<Mesh> meshes) {
    return meshes.stream().map(Mesh::address).toList();
  }

  /** One after another, the silent ones alone would be listened to for longer than all may take. */
  @Test
  void aCrowdOfStrangersDelaysNobody() throws Exception {
    List<Mesh> meshes = Gang.meshes(4, key, false);
    assertTrue(150 / 4 * Handshake.DEADLINE > 2 * Gang.TIMEOUT.toNanos());
    try (Strangers first = Strangers.crowd(meshes.get(0).address(), 300);
        Strangers second = Strangers.crowd(meshes.get(2).address(), 150)) {
      assertTrue(first != second);
      Gang.Entrance entrance = Gang.tcp(meshes, STALL);
      Gang.run(4, entrance, MeshTest::noise);
    }
  }

  @Test
  void strangersThatComeAllTheTimeDelayNobody() throws Exception {
    List<Mesh> meshes = Gang.meshes(3, key, true);
    ScheduledExecutorService crowd = Executors.newSingleThreadScheduledExecutor();
    List<Strangers> strangers = new ArrayList<>();
    Future<?> crowding =
        crowd.scheduleWithFixedDelay(
            () -> {
              try {
                strangers.add(Strangers.crowd(meshes.get(0).address(), 20));
              } catch (Exception e) {
                throw new IllegalStateException("the port is closed: all are there", e);
              }
            },
            0,
            5,
            TimeUnit.MILLISECONDS);
    Gang.Entrance entrance = Gang.tcp(meshes, STALL);
    Gang.run(
        3,
        rank -> {
          Thread.sleep(300L * rank);
          return entrance.join(rank);
        },
        MeshTest::noise);
    crowding.cancel(false);
    crowd.shutdown();
    assertTrue(crowd.awaitTermination(10, TimeUnit.SECONDS));
    strangers.forEach(Strangers::close);
  }

  @ParameterizedTest
  @CsvSource({
    "run-7, 1, 2, false, true",
    "run-8, 1, 2, false, false",
    "run-7, 2, 2, false, false",
    "run-7, 1, 3, false, false",
    "run-7, 1, 2, true, false"
  })
  void anImpostorIsRefused(String run, int attempt, int size, boolean encrypted, boolean otherKey)
      throws Exception {
    List<Mesh> meshes = Gang.meshes(2, key, false);
    List<InetSocketAddress> addresses = addresses(meshes);
    Membership self = new Membership(run, attempt, 1, size);
    RunKey theirs = otherKey ? RunKey.random() : key;
    CompletableFuture<Collective> zero =
        CompletableFuture.supplyAsync(() -> connect(meshes.get(0), addresses));
    try (Mesh impostor = Mesh.bind(self, theirs, encrypted, "127.0.0.1", 0, 0)) {
      List<InetSocketAddress> known = new ArrayList<>(addresses);
      while (known.size() < size) {
        known.add(addresses.get(1));
      }
      PeerException refused =
          assertThrows(
              PeerException.class, () -> impostor.connect(known, Duration.ofMillis(400), STALL));
      assertTrue(
          refused.getMessage().contains("worker 1 waited 0.4 s for worker 0 at 127.0.0.1:"),
          refused.getMessage());
    }
    assertTrue(!zero.isDone(), "somebody was let in");
    Gang.run(
        2, rank -> rank == 0 ? zero.get() : connect(meshes.get(1), addresses), MeshTest::noise);
  }

  private static Collective connect(Mesh mesh, List<InetSocketAddress> addresses) {
    try {
      return mesh.connect(addresses, Gang.TIMEOUT, STALL);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aRankThatIsConnectedIsRefused() throws Exception {
    List<Mesh> meshes = Gang.meshes(3, key, false);
    List<InetSocketAddress> addresses = addresses(meshes);
    CompletableFuture<Collective> zero =
        CompletableFuture.supplyAsync(() -> connect(meshes.get(0), addresses));
    CompletableFuture<Collective> one =
        CompletableFuture.supplyAsync(() -> connect(meshes.get(1), addresses));
    Thread.sleep(300);
    // Worker 2 is still missing; somebody else who has the key says that he is worker 1.
    try (Mesh second = Gang.mesh(1, 3, key, false)) {
      PeerException refused =
          assertThrows(
              PeerException.class, () -> second.connect(addresses, Duration.ofMillis(400), STALL));
      assertTrue(refused.getMessage().contains("worker 0 at"), refused.getMessage());
    }
    Gang.run(
        3,
        rank -> rank == 2 ? connect(meshes.get(2), addresses) : rank == 1 ? one.get() : zero.get(),
        MeshTest::noise);
  }

  @Test
  void aPeerThatGaveUpMayComeAgain() throws Exception {
    List<Mesh> meshes = Gang.meshes(3, key, false);
    List<InetSocketAddress> addresses = addresses(meshes);
    CompletableFuture<Collective> zero =
        CompletableFuture.supplyAsync(() -> connect(meshes.get(0), addresses));
    try (SocketChannel first =
        SocketChannel.open(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), addresses.get(0).getPort()))) {
      first.configureBlocking(false);
      Handshake shake = Handshake.connector(new Membership(Gang.RUN, 1, 1, 3), 0, key, false);
      ByteChannel deaf = new DeafChannel(first, HELLO);
      while (!shake.greeted() || shake.writing()) {
        assertTrue(!shake.advance(deaf), "complete without a proof");
        Thread.sleep(1);
      }
      // It has sent its proof, and goes without having seen the answer.
    }
    Gang.run(
        3, rank -> rank == 0 ? zero.get() : connect(meshes.get(rank), addresses), MeshTest::noise);
  }

  /** A channel that gives up listening after some bytes. */
  private record DeafChannel(SocketChannel channel, AtomicInteger left) implements ByteChannel {
    DeafChannel(SocketChannel channel, int hears) {
      this(channel, new AtomicInteger(hears));
    }

    @Override
    public int read(ByteBuffer in) throws IOException {
      int bytes = left.get() == 0 ? 0 : channel.read(in);
      left.addAndGet(-bytes);
      return bytes;
    }

    @Override
    public int write(ByteBuffer out) throws IOException {
      return channel.write(out);
    }

    @Override
    public boolean isOpen() {
      return channel.isOpen();
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  @Test
  void aReplayedHandshakeIsRefused() throws Exception {
    List<Mesh> meshes = Gang.meshes(2, key, false);
    byte[] recorded;
    byte[] answered;
    try (Proxy proxy = Proxy.recording(meshes.get(0).address())) {
      List<InetSocketAddress> viaProxy = Arrays.asList(proxy.address(), meshes.get(1).address());
      Gang.run(2, rank -> connect(meshes.get(rank), viaProxy), MeshTest::noise);
      recorded = proxy.there();
      answered = proxy.back();
    }
    List<Mesh> again = Gang.meshes(2, key, false);
    CompletableFuture<Collective> zero =
        CompletableFuture.supplyAsync(() -> connect(again.get(0), addresses(again)));
    byte[] answer = Strangers.answer(again.get(0).address(), recorded);
    assertEquals(HELLO, answer.length, "bytes of the answer to a replayed handshake");
    assertTrue(!Arrays.equals(answer, Arrays.copyOf(answered, HELLO)), "the same random bytes");
    byte[] proofOnly = Arrays.copyOfRange(recorded, HELLO, HELLO + PROOF);
    assertEquals(0, Strangers.answer(again.get(0).address(), proofOnly).length);
    assertTrue(!zero.isDone(), "somebody was let in");
    Gang.run(
        2,
        rank -> rank == 0 ? zero.get() : connect(again.get(1), addresses(again)),
        MeshTest::noise);
  }

  @Test
  void whatAConnectorSaysIsNoProofForAnAcceptor() throws Exception {
    // A worker that is made to connect to itself, or to somebody who sends everything back.
    try (Mesh mesh = Gang.mesh(0, 2, key, false);
        Mesh one = Gang.mesh(1, 2, key, false)) {
      List<InetSocketAddress> mirrored = Arrays.asList(one.address(), one.address());
      PeerException refused =
          assertThrows(
              PeerException.class, () -> one.connect(mirrored, Duration.ofMillis(500), STALL));
      assertEquals(0, refused.peer());
      assertTrue(mesh.address().getPort() > 0);
    }
  }

  @Test
  void whoIsMissingIsNamedWithTheAddress() throws Exception {
    List<Mesh> meshes = Gang.meshes(4, key, false);
    List<InetSocketAddress> addresses = addresses(meshes);
    meshes.get(0).close();
    meshes.get(3).close();
    try (Mesh two = meshes.get(2);
        Mesh one = meshes.get(1)) {
      CompletableFuture<Collective> other =
          CompletableFuture.supplyAsync(() -> connect(one, addresses));
      PeerException late =
          assertThrows(
              PeerException.class, () -> two.connect(addresses, Duration.ofSeconds(1), STALL));
      assertEquals(
          "worker 2 waited 1.0 s for worker 0 at 127.0.0.1:%d (Connection refused) and worker 3 at"
                  .formatted(addresses.get(0).getPort())
              + " 127.0.0.1:%d (has not connected)".formatted(addresses.get(3).getPort()),
          late.getMessage());
      assertEquals(PeerException.UNKNOWN, late.peer());
      one.close();
      assertThrows(Exception.class, other::get);
    }
  }

  @Test
  void anInterruptEndsConnectWithinASecond() throws Exception {
    List<Mesh> meshes = Gang.meshes(2, key, false);
    CompletableFuture<Throwable> end = new CompletableFuture<>();
    Thread worker =
        new Thread(
            () -> {
              try (Collective none =
                  meshes.get(0).connect(addresses(meshes), Gang.TIMEOUT, STALL)) {
                end.completeExceptionally(new AssertionError("connected " + none.size()));
              } catch (Throwable e) {
                end.complete(e);
              }
            });
    worker.start();
    Thread.sleep(200);
    worker.interrupt();
    assertInstanceOf(InterruptedException.class, end.get(1, TimeUnit.SECONDS));
  }

  @Test
  void aGangOfOneOpensNoSocket() throws Exception {
    try (Mesh mesh =
            Mesh.bind(new Membership(Gang.RUN, 1, 0, 1), key, true, "nowhere.invalid", 7, 0);
        Collective collective = mesh.connect(List.of(mesh.address()), Gang.TIMEOUT, STALL)) {
      assertEquals(InetSocketAddress.createUnresolved("nowhere.invalid", 7), mesh.address());
      noise(collective);
    }
  }
}
