package org.invar.collective;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.IntPredicate;

/**
 * The first bytes on every connection, by which both sides prove that they know the run's key.
 *
 * <p>The connector sends a hello, the acceptor answers with its own; then the connector sends its
 * proof, and only after that was checked the acceptor sends its own, which the connector confirms:
 * an acceptor counts nobody in who gave up while it was answering. A hello is 92 bytes, big-endian:
 * magic number, version, role, encrypted or not, SHA-256 of the run's identifier, attempt, number
 * of workers, own rank, the other's rank (a connector knows it; the acceptor repeats what it was
 * told) and 32 fresh random bytes. A proof or confirmation is HMAC-SHA256 under the run's key of a
 * label for the role and both hellos, so it is good for one connection, one direction and nothing
 * else; the frames' keys are derived likewise. Nothing else is read or answered before.
 *
 * <p>Channels must not block.
 */
final class Handshake {
  /** How long a stranger is listened to, and how long a proof is waited for. */
  static final long DEADLINE = TimeUnit.SECONDS.toNanos(5);

  private static final int MAGIC = 0x494e5652;
  private static final int VERSION = 1;
  private static final int HASH = 32;
  private static final int HELLO = 2 * Integer.BYTES + 4 + HASH + 4 * Integer.BYTES + HASH;
  private static final byte CONNECTOR = 1;
  private static final byte ACCEPTOR = 2;
  private static final String PROOF = " proof";
  private static final String CONFIRMATION = " confirmation";
  private static final String FRAMES = " frames";

  /** What is read next. */
  private enum Stage {
    HELLO,
    PROOF,
    CONFIRMATION,
    NOTHING
  }

  private final Membership self;
  private final RunKey key;
  private final boolean encrypted;
  private final boolean connector;
  private final IntPredicate admits;
  private final ByteBuffer hellos = ByteBuffer.allocate(2 * HELLO);
  private final ByteBuffer in = ByteBuffer.allocate(HELLO);
  private ByteBuffer out = ByteBuffer.allocate(0);
  private int peer;
  private Stage stage = Stage.HELLO;

  private Handshake(
      Membership self, RunKey key, boolean encrypted, boolean connector, IntPredicate admits) {
    this.self = self;
    this.key = key;
    this.encrypted = encrypted;
    this.connector = connector;
    this.admits = admits;
  }

  /** Returns the side that connects, to a peer whose rank it knows. */
  static Handshake connector(Membership self, int peer, RunKey key, boolean encrypted) {
    Handshake handshake = new Handshake(self, key, encrypted, true, rank -> rank == peer);
    handshake.peer = peer;
    handshake.hello();
    return handshake;
  }

  /**
   * Returns the side that accepts.
   *
   * @param admits whether a rank is welcome; asked only once it is proven
   */
  static Handshake acceptor(Membership self, RunKey key, boolean encrypted, IntPredicate admits) {
    return new Handshake(self, key, encrypted, false, admits);
  }

  /**
   * Goes on as far as it can without waiting.
   *
   * @return whether the handshake is complete
   * @throws StreamException when the other side is not who it should be
   */
  boolean advance(ByteChannel channel) throws IOException {
    while (true) {
      if (out.hasRemaining()) {
        channel.write(out);
      }
      if (out.hasRemaining()) {
        return false;
      }
      if (stage == Stage.NOTHING) {
        return true;
      }
      in.limit(stage == Stage.HELLO ? HELLO : HASH);
      if (channel.read(in) < 0) {
        throw new StreamException("closed the connection before it proved the run's key");
      }
      if (in.hasRemaining()) {
        return false;
      }
      in.flip();
      read();
      in.clear();
    }
  }

  private void read() throws StreamException {
    switch (stage) {
      case HELLO -> checkHello();
      case PROOF -> checkProof();
      default -> checkConfirmation();
    }
  }

  /** Returns whether the next thing to do is to write. */
  boolean writing() {
    return out.hasRemaining();
  }

  /** Returns whether the other side has said what it should up to here. */
  boolean greeted() {
    return stage != Stage.HELLO;
  }

  /** Returns what was agreed on, once complete. */
  Session session() {
    if (stage != Stage.NOTHING) {
      throw new IllegalStateException("the handshake is not complete");
    }
    if (!encrypted) {
      return new Session(peer, null, null);
    }
    byte[] sending = mac(connector, FRAMES);
    byte[] receiving = mac(!connector, FRAMES);
    return new Session(peer, sending, receiving);
  }

  private void hello() {
    int start = hellos.position();
    hellos.put(expected(connector, self.rank(), peer)).put(RunKey.nonce());
    out = hellos.duplicate().flip().position(start);
  }

  /** Returns a hello up to its random bytes. */
  private byte[] expected(boolean ofConnector, int from, int to) {
    ByteBuffer hello = ByteBuffer.allocate(HELLO - HASH).putInt(MAGIC).putInt(VERSION);
    hello
        .put(ofConnector ? CONNECTOR : ACCEPTOR)
        .put((byte) (encrypted ? 1 : 0))
        .putShort((short) 0);
    hello.put(sha256(self.run())).putInt(self.attempt()).putInt(self.size());
    return hello.putInt(from).putInt(to).array();
  }

  private void checkHello() throws StreamException {
    int from = in.getInt(HELLO - HASH - 2 * Integer.BYTES);
    if (!connector) {
      peer = from;
    }
    byte[] found = Arrays.copyOf(in.array(), HELLO - HASH);
    if (!Arrays.equals(found, expected(!connector, peer, self.rank()))) {
      throw new StreamException(
          "is no member of attempt " + self.attempt() + " of this run with the same settings");
    }
    hellos.put(in);
    stage = Stage.PROOF;
    if (connector) {
      out = ByteBuffer.wrap(mac(true, PROOF));
    } else {
      hello();
    }
  }

  private void checkProof() throws StreamException {
    check(PROOF);
    stage = connector ? Stage.NOTHING : Stage.CONFIRMATION;
    out = ByteBuffer.wrap(connector ? mac(true, CONFIRMATION) : mac(false, PROOF));
  }

  private void checkConfirmation() throws StreamException {
    check(CONFIRMATION);
    stage = Stage.NOTHING;
  }

  private void check(String label) throws StreamException {
    if (!MessageDigest.isEqual(Arrays.copyOf(in.array(), HASH), mac(!connector, label))) {
      throw new StreamException("does not have the run's key");
    }
    if (!admits.test(peer)) {
      throw new StreamException("claims to be " + Membership.name(peer) + ", who is not expected");
    }
  }

  private byte[] mac(boolean ofConnector, String label) {
    return key.derive(role(ofConnector) + label, hellos.array());
  }

  private static String role(boolean ofConnector) {
    return ofConnector ? "connector" : "acceptor";
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no SHA-256", e);
    }
  }
}
