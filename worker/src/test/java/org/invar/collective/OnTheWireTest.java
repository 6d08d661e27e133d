package org.invar.collective;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What somebody between the workers sees, and what happens when he changes it. */
@Timeout(60)
class OnTheWireTest {
  private static final Duration STALL = Duration.ofMillis(700);
  private static final int HANDSHAKE = 92 + 32 + 32;

  private final RunKey key = RunKey.random();

  /** Values of which every worker has the same, so that they are known plain text. */
  private static float[] values() {
    float[] values = new float[20_000];
    for (int i = 0; i < values.length; i++) {
      values[i] = 0.1f * i;
    }
    return values;
  }

  private static boolean contains(byte[] bytes, float... values) {
    ByteBuffer sought = ByteBuffer.allocate(Float.BYTES * values.length);
    sought.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(values);
    return text(bytes).contains(text(sought.array()));
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private static List<@Nullable Throwable> sum(List<Mesh> meshes, InetSocketAddress zero)
      throws InterruptedException {
    List<InetSocketAddress> addresses = Arrays.asList(zero, meshes.get(1).address());
    return Gang.failures(
        2,
        rank -> meshes.get(rank).connect(addresses, Gang.TIMEOUT, STALL),
        collective -> {
          for (int number = 5; number < 7; number++) {
            float[] values = values();
            collective.run(new SumRound(number, collective.rank(), 2, values));
            assertEquals(2 * values()[777], values[777]);
          }
        });
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void parametersAreSeenInClearOnly(boolean encrypted) throws Exception {
    List<Mesh> meshes = Gang.meshes(2, key, encrypted);
    try (Proxy proxy = Proxy.recording(meshes.get(0).address())) {
      assertEquals(Arrays.asList(null, null), sum(meshes, proxy.address()));
      byte[] there = proxy.there();
      byte[] back = proxy.back();
      assertTrue(there.length > 80_000 && back.length > 80_000, "too little went by");
      float[] known = values();
      boolean seen = false;
      for (int i = 1; i + 1 < known.length; i++) {
        seen |= contains(there, known[i], known[i + 1]) || contains(back, known[i], known[i + 1]);
        seen |= contains(back, 2 * known[i], 2 * known[i + 1]);
        i += 100;
      }
      assertEquals(!encrypted, seen, "known values on the wire");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "true, 0",
    "true, 5",
    "true, 9",
    "true, 20",
    "true, 30000",
    "true, 65560",
    "true, 70000",
    "false, 0",
    "false, 5",
    "false, 9",
    "false, 20",
    "false, 30000"
  })
  void aChangedByteIsNoticed(boolean encrypted, int position) throws Exception {
    List<Mesh> meshes = Gang.meshes(2, key, encrypted);
    try (Proxy proxy = Proxy.tampering(meshes.get(0).address(), HANDSHAKE + position)) {
      List<@Nullable Throwable> failures = sum(meshes, proxy.address());
      for (int rank = 0; rank < 2; rank++) {
        PeerException failure = assertInstanceOf(PeerException.class, failures.get(rank));
        assertEquals(1 - rank, failure.peer());
        assertTrue(
            failure.getMessage().contains("while worker " + rank + " waited for the sum of round "),
            failure.getMessage());
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"true, 3", "true, 20", "true, 999", "false, 20", "false, 999"})
  void aChangedByteOfAMessageIsNoticed(boolean encrypted, int position) throws Exception {
    BlockingQueue<MessageLink> joined = new LinkedBlockingQueue<>();
    try (ControlServer server =
            ControlServer.bind(Gang.RUN, 1, 1, key, encrypted, "127.0.0.1", 0, 0);
        Proxy proxy = Proxy.tampering(server.address(), HANDSHAKE + position)) {
      server.accept((rank, link) -> joined.add(link));
      MessageLink worker = connect(encrypted, proxy.address());
      worker.send(new byte[2_000]);
      MessageLink driver = joined.take();
      IOException damaged = assertThrows(IOException.class, driver::receive);
      assertInstanceOf(StreamException.class, damaged);
      assertThrows(IOException.class, worker::receive);
    }
  }

  private MessageLink connect(boolean encrypted, InetSocketAddress driver) throws Exception {
    Membership self = new Membership(Gang.RUN, 1, 0, 1);
    return ControlClient.connect(self, key, encrypted, driver, Gang.TIMEOUT);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void messagesAreSeenInClearOnly(boolean encrypted) throws Exception {
    String secret = "the loss of step 17 is 0.25";
    BlockingQueue<MessageLink> joined = new LinkedBlockingQueue<>();
    try (ControlServer server =
            ControlServer.bind(Gang.RUN, 1, 1, key, encrypted, "127.0.0.1", 0, 0);
        Proxy proxy = Proxy.recording(server.address())) {
      server.accept((rank, link) -> joined.add(link));
      MessageLink worker = connect(encrypted, proxy.address());
      byte[] message = secret.getBytes(StandardCharsets.UTF_8);
      worker.send(message);
      MessageLink driver = joined.take();
      assertArrayEquals(message, driver.receive());
      driver.send(message);
      assertArrayEquals(message, worker.receive());
      assertEquals(!encrypted, text(proxy.there()).contains(secret));
      assertEquals(!encrypted, text(proxy.back()).contains(secret));
    }
  }

  @Test
  void aTamperedHandshakeGivesNoConnection() throws Exception {
    for (int position : new int[] {0, 9, 15, 60, 91, 92, 123}) {
      List<Mesh> meshes = Gang.meshes(2, key, true);
      try (Proxy proxy = Proxy.tampering(meshes.get(0).address(), position)) {
        List<InetSocketAddress> addresses = Arrays.asList(proxy.address(), meshes.get(1).address());
        // The proxy changes one byte only: the next try succeeds.
        Gang.run(
            2,
            rank -> meshes.get(rank).connect(addresses, Gang.TIMEOUT, STALL),
            collective -> collective.run(new OneWay(1, collective.rank(), 1)));
        assertTrue(proxy.there().length >= HANDSHAKE + 92, "no second try");
      }
    }
  }
}
