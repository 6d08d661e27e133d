package org.invar.collective;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages between workers and the driver, and who may send any. */
@Timeout(60)
class ControlLinkTest {
  private static final Duration SHORT = Duration.ofMillis(400);

  private final RunKey key = RunKey.random();
  private final BlockingQueue<Joined> joined = new LinkedBlockingQueue<>();
  private ControlServer server = server(false);

  private record Joined(int rank, MessageLink link) {}

  private ControlServer server(boolean encrypted) {
    ControlServer made = ControlServer.bind(Gang.RUN, 1, 3, key, encrypted, "127.0.0.1", 0, 0);
    made.accept((rank, link) -> joined.add(new Joined(rank, link)));
    return made;
  }

  @AfterEach
  void close() {
    server.close();
  }

  private MessageLink connect(int rank, boolean encrypted) throws Exception {
    return connect(rank, encrypted, Gang.TIMEOUT);
  }

  private MessageLink connect(int rank, boolean encrypted, Duration timeout) throws Exception {
    return ControlClient.connect(
        new Membership(Gang.RUN, 1, rank, 3), key, encrypted, server.address(), timeout);
  }

  private MessageLink joined(int rank) throws InterruptedException {
    Joined next = joined.poll(5, TimeUnit.SECONDS);
    assertEquals(rank, next == null ? null : next.rank());
    return next.link();
  }

  private static byte[] message(int sender, int number) {
    SplittableRandom random = new SplittableRandom(1000L * sender + number);
    byte[] message = new byte[number % 7 == 0 ? 0 : random.nextInt(300_000)];
    random.nextBytes(message);
    return message;
  }

  private static void talk(MessageLink here, int sender, MessageLink there) {
    try {
      for (int number = 0; number < 60; number++) {
        here.send(message(sender, number));
      }
      assertTrue(there != here);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static void both(MessageLink one, MessageLink other) throws Exception {
    CompletableFuture<Void> first = CompletableFuture.runAsync(() -> talk(one, 1, other));
    CompletableFuture<Void> second = CompletableFuture.runAsync(() -> talk(other, 2, one));
    CompletableFuture<Void> reader =
        CompletableFuture.runAsync(
            () -> {
              try {
                for (int number = 0; number < 60; number++) {
                  assertArrayEquals(message(2, number), one.receive());
                }
              } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
              }
            });
    for (int number = 0; number < 60; number++) {
      assertArrayEquals(message(1, number), other.receive());
    }
    CompletableFuture.allOf(first, second, reader).get(20, TimeUnit.SECONDS);
  }

  @Test
  void whenThePortIsShutLinksGoOnAndNobodyElseComes() throws Exception {
    MessageLink worker = connect(1, false);
    MessageLink driver = joined(1);
    server.shut();
    assertThrows(IOException.class, () -> connect(2, false, Duration.ofSeconds(2)));
    both(worker, driver);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void messagesArriveWholeBothWays(boolean encrypted) throws Exception {
    server.close();
    server = server(encrypted);
    for (int rank = 2; rank >= 0; rank--) {
      MessageLink worker = connect(rank, encrypted);
      both(worker, joined(rank));
    }
  }

  @Test
  void aPairIsALinkToo() throws Exception {
    MessageLink[] pair = MessageLink.pair();
    both(pair[0], pair[1]);
    pair[0].send(new byte[] {7});
    pair[0].close();
    assertArrayEquals(new byte[] {7}, pair[1].receive());
    assertThrows(EOFException.class, () -> pair[1].receive());
    assertThrows(IOException.class, () -> pair[1].send(new byte[1]));
    assertThrows(IOException.class, () -> pair[0].receive());
  }

  @Test
  void theLongestMessageArrivesAndALongerOneIsRefused() throws Exception {
    MessageLink worker = connect(1, false);
    MessageLink driver = joined(1);
    byte[] longest = new byte[MessageLink.MAX_MESSAGE];
    new SplittableRandom(1).nextBytes(longest);
    CompletableFuture<Void> sender =
        CompletableFuture.runAsync(
            () -> {
              try {
                driver.send(longest);
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });
    assertArrayEquals(longest, worker.receive());
    sender.get(5, TimeUnit.SECONDS);
    byte[] longer = new byte[MessageLink.MAX_MESSAGE + 1];
    assertThrows(IllegalArgumentException.class, () -> worker.send(longer));
    assertThrows(IllegalArgumentException.class, () -> MessageLink.pair()[0].send(longer));
    worker.send(new byte[] {1});
    assertArrayEquals(new byte[] {1}, driver.receive());
  }

  @Test
  void severalThreadsMaySend() throws Exception {
    MessageLink worker = connect(1, false);
    MessageLink driver = joined(1);
    for (int thread = 0; thread < 4; thread++) {
      byte mark = (byte) thread;
      new Thread(
              () -> {
                byte[] message = new byte[200_000];
                Arrays.fill(message, mark);
                try {
                  for (int i = 0; i < 10; i++) {
                    worker.send(message);
                  }
                } catch (IOException e) {
                  throw new AssertionError(e);
                }
              })
          .start();
    }
    for (int i = 0; i < 40; i++) {
      byte[] message = driver.receive();
      byte[] expected = new byte[200_000];
      Arrays.fill(expected, message[0]);
      assertArrayEquals(expected, message);
    }
  }

  @Test
  void aClosedLinkEndsTheOtherSide() throws Exception {
    MessageLink worker = connect(1, false);
    MessageLink driver = joined(1);
    driver.close();
    assertThrows(EOFException.class, worker::receive);
    assertThrows(IOException.class, driver::receive);
    assertThrows(IOException.class, () -> worker.send(new byte[1]));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void anInterruptEndsReceiveWithinASecond(boolean socket) throws Exception {
    MessageLink end = socket ? connect(1, false) : MessageLink.pair()[0];
    CompletableFuture<Throwable> seen = new CompletableFuture<>();
    Thread reader =
        new Thread(
            () -> {
              try {
                seen.completeExceptionally(new AssertionError("got " + end.receive().length));
              } catch (Throwable e) {
                seen.complete(e);
              }
            });
    reader.start();
    Thread.sleep(100);
    reader.interrupt();
    assertInstanceOf(InterruptedException.class, seen.get(1, TimeUnit.SECONDS));
  }

  @Test
  void anInterruptEndsConnectWithinASecond() throws Exception {
    server.close();
    CompletableFuture<Throwable> seen = new CompletableFuture<>();
    Thread client =
        new Thread(
            () -> {
              try {
                connect(1, false);
              } catch (Throwable e) {
                seen.complete(e);
              }
            });
    client.start();
    Thread.sleep(100);
    client.interrupt();
    assertInstanceOf(InterruptedException.class, seen.get(1, TimeUnit.SECONDS));
  }

  private void refused(Membership self, RunKey theirs, boolean encrypted) {
    PeerException refused =
        assertThrows(
            PeerException.class,
            () -> ControlClient.connect(self, theirs, encrypted, server.address(), SHORT));
    assertTrue(
        refused
            .getMessage()
            .startsWith("worker " + self.rank() + " waited 0.4 s for the driver at 127.0.0.1:"),
        refused.getMessage());
  }

  @Test
  void strangersAreRefusedWithoutHarm() throws Exception {
    try (Strangers crowd = Strangers.crowd(server.address(), 300)) {
      assertTrue(crowd != null);
      refused(new Membership(Gang.RUN, 1, 1, 3), RunKey.random(), false);
      refused(new Membership("run-8", 1, 1, 3), key, false);
      refused(new Membership(Gang.RUN, 2, 1, 3), key, false);
      refused(new Membership(Gang.RUN, 1, 1, 4), key, false);
      refused(new Membership(Gang.RUN, 1, 1, 3), key, true);
      long start = System.nanoTime();
      MessageLink worker = connect(1, false);
      both(worker, joined(1));
      assertTrue(System.nanoTime() - start < 4e9, "a crowd of strangers delays workers");
    }
    assertTrue(joined.isEmpty());
  }

  @Test
  void aRankIsConnectedOnceAtATime() throws Exception {
    MessageLink first = connect(1, false);
    MessageLink driver = joined(1);
    refused(new Membership(Gang.RUN, 1, 1, 3), key, false);
    both(first, driver);
    driver.close();
    both(connect(1, false), joined(1));
  }

  @Test
  void aReplayedHandshakeIsRefused() throws Exception {
    byte[] recorded;
    try (Proxy proxy = Proxy.recording(server.address())) {
      MessageLink worker =
          ControlClient.connect(
              new Membership(Gang.RUN, 1, 1, 3), key, false, proxy.address(), Gang.TIMEOUT);
      MessageLink driver = joined(1);
      worker.send(new byte[] {1, 2, 3});
      assertArrayEquals(new byte[] {1, 2, 3}, driver.receive());
      recorded = proxy.there();
      driver.close();
    }
    assertEquals(92, Strangers.answer(server.address(), recorded).length, "bytes answered");
    assertTrue(joined.isEmpty(), "somebody was let in");
  }

  @ParameterizedTest
  @ValueSource(ints = {Integer.MAX_VALUE, -1, Frames.MAX_PAYLOAD + 1})
  void aFrameOfWrongLengthEndsTheLink(int length) throws Exception {
    try (SocketChannel channel = proven()) {
      MessageLink driver = joined(1);
      ByteBuffer header = ByteBuffer.allocate(Frames.HEADER).order(ByteOrder.LITTLE_ENDIAN);
      channel.write(header.putInt(length).putInt(0).putLong(0).flip());
      IOException damaged = assertThrows(IOException.class, driver::receive);
      assertTrue(
          damaged.getMessage().contains("sent a frame of " + length + " bytes"),
          damaged.getMessage());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {Integer.MAX_VALUE, -1, MessageLink.MAX_MESSAGE})
  void aMessageThatAnnouncesTooMuchEndsTheLink(int more) throws Exception {
    try (SocketChannel channel = proven()) {
      MessageLink driver = joined(1);
      Outgoing frames = new Outgoing(2, null);
      assertTrue(frames.begin() != null);
      frames.begin().put((byte) 1);
      frames.end(more);
      channel.write(frames.pending());
      IOException damaged = assertThrows(IOException.class, driver::receive);
      assertTrue(damaged.getMessage().contains("sent a message of"), damaged.getMessage());
    }
  }

  /** Returns a connection that has just been proven to be worker 1's. */
  private SocketChannel proven() throws IOException {
    SocketChannel channel =
        SocketChannel.open(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), server.address().getPort()));
    Handshake shake =
        Handshake.connector(new Membership(Gang.RUN, 1, 1, 3), Membership.DRIVER, key, false);
    while (!shake.advance(channel)) {
      Thread.onSpinWait();
    }
    return channel;
  }

  @Test
  void aPortIsFreeAgainAfterClose() {
    int port = server.address().getPort();
    for (int attempt = 2; attempt < 6; attempt++) {
      server.close();
      server = ControlServer.bind(Gang.RUN, attempt, 3, key, false, "127.0.0.1", port, 0);
      server.accept((rank, link) -> joined.add(new Joined(rank, link)));
      assertEquals(port, server.address().getPort());
    }
  }
}
