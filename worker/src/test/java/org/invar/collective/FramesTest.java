package org.invar.collective;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames arrive as they were given, however the bytes are cut, or not at all. */
class FramesTest {
  private final SplittableRandom random = new SplittableRandom(11);

  private static byte @Nullable [] key(boolean encrypted) {
    return encrypted ? RunKey.nonce() : null;
  }

  /** Returns the bytes of frames with the given payloads, whose tags count from 0. */
  private static byte[] bytes(byte @Nullable [] key, byte[]... payloads) {
    Outgoing outgoing = new Outgoing(2, key);
    ByteBuffer all = ByteBuffer.allocate(payloads.length * Frames.MAX_FRAME);
    for (int i = 0; i < payloads.length; i++) {
      ByteBuffer out = outgoing.begin();
      assertNotNull(out);
      assertEquals(ByteOrder.LITTLE_ENDIAN, out.order());
      assertTrue(out.remaining() >= Frames.MAX_PAYLOAD);
      out.put(payloads[i]);
      outgoing.end(i);
      all.put(outgoing.pending());
    }
    byte[] bytes = new byte[all.flip().remaining()];
    all.get(bytes);
    return bytes;
  }

  private byte[] payload(int length) {
    byte[] payload = new byte[length];
    random.nextBytes(payload);
    return payload;
  }

  private static @Nullable ByteBuffer arrive(Incoming incoming, byte[] bytes)
      throws StreamException {
    incoming.room().put(bytes);
    return incoming.next();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void arriveInPiecesOfAnySize(boolean encrypted) throws Exception {
    byte[] key = key(encrypted);
    byte[][] payloads = new byte[40][];
    for (int i = 0; i < payloads.length; i++) {
      payloads[i] = payload(i % 5 == 0 ? Frames.MAX_PAYLOAD : random.nextInt(i * 500));
    }
    byte[] bytes = bytes(key, payloads);
    Incoming incoming = new Incoming(2, key);
    int taken = 0;
    for (int at = 0; at < bytes.length; ) {
      ByteBuffer room = incoming.room();
      int piece = Math.min(room.remaining(), random.nextInt(1, random.nextInt(2, 100_000)));
      piece = Math.min(piece, bytes.length - at);
      room.put(bytes, at, piece);
      at += piece;
      for (ByteBuffer in = incoming.next(); in != null; in = incoming.next()) {
        assertEquals(ByteOrder.LITTLE_ENDIAN, in.order());
        assertEquals(ByteBuffer.wrap(payloads[taken]), in);
        assertEquals(taken++, incoming.tag());
      }
    }
    assertEquals(payloads.length, taken);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void anyChangedBitIsNoticed(boolean encrypted) {
    byte[] key = key(encrypted);
    byte[] bytes = bytes(key, payload(70));
    for (int bit = 0; bit < Byte.SIZE * bytes.length; bit++) {
      byte[] changed = bytes.clone();
      changed[bit / 8] ^= (byte) (1 << bit % 8);
      Incoming incoming = new Incoming(2, key);
      try {
        // A length that became larger makes the frame incomplete, which a deadline ends.
        assertNull(arrive(incoming, changed), "bit " + bit);
        assertTrue(bit < 32, "bit " + bit + " of what is not the length");
      } catch (StreamException e) {
        assertTrue(e.complaint().startsWith("sent "), e.complaint());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aFrameThatComesAgainOrIsMissingIsNoticed(boolean encrypted) throws Exception {
    byte[] key = key(encrypted);
    byte[] two = bytes(key, payload(9), payload(9));
    byte[] first = Arrays.copyOf(two, two.length / 2);
    byte[] second = Arrays.copyOfRange(two, two.length / 2, two.length);
    Incoming again = new Incoming(2, key);
    assertNotNull(arrive(again, first));
    StreamException twice = assertThrows(StreamException.class, () -> arrive(again, first));
    assertEquals("sent frame 0 instead of frame 1", twice.complaint());
    StreamException missing =
        assertThrows(StreamException.class, () -> arrive(new Incoming(2, key), second));
    assertEquals("sent frame 1 instead of frame 0", missing.complaint());
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, Integer.MIN_VALUE, Integer.MAX_VALUE, Frames.MAX_PAYLOAD + 1})
  void aLengthThatIsNoneIsRefusedBeforeItIsUsed(int length) {
    byte[] bytes = bytes(null, payload(3));
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(0, length);
    StreamException refused =
        assertThrows(StreamException.class, () -> arrive(new Incoming(2, null), bytes));
    assertEquals(
        "sent a frame of " + length + " bytes (0 to 65792 are allowed)", refused.complaint());
  }

  @Test
  void anotherKeyOpensNothing() {
    byte[] bytes = bytes(key(true), payload(100));
    StreamException refused =
        assertThrows(StreamException.class, () -> arrive(new Incoming(2, key(true)), bytes));
    assertEquals("sent frame 0 that was changed on the way", refused.complaint());
  }

  @Test
  void thereIsNoRoomForMoreFramesThanAgreed() {
    Outgoing outgoing = new Outgoing(2, null);
    for (int frame = 0; frame < 2; frame++) {
      ByteBuffer out = outgoing.begin();
      assertNotNull(out);
      out.put(new byte[Frames.MAX_PAYLOAD]);
      outgoing.end(1);
    }
    assertNull(outgoing.begin());
    outgoing.pending().position(outgoing.pending().limit());
    assertNotNull(outgoing.begin());
  }
}
