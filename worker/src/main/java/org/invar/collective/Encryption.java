package org.invar.collective;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Frames under AES-256-GCM (NIST SP 800-38D).
 *
 * <p>The nonce is the frame's number, which never repeats under a key: a key serves one direction
 * of one connection.
 */
final class Encryption implements Protection {
  /** Bytes of the authentication tag. */
  static final int TRAILER = 16;

  private static final int NONCE = 12;

  private final ByteBuffer view;
  private final ByteBuffer plain =
      ByteBuffer.allocate(Frames.MAX_PAYLOAD).order(ByteOrder.LITTLE_ENDIAN);
  private final ByteBuffer nonce = ByteBuffer.allocate(NONCE);
  private final SecretKeySpec key;
  private final Cipher cipher;

  Encryption(ByteBuffer wire, byte[] key) {
    this.view = wire.duplicate();
    this.key = new SecretKeySpec(key, "AES");
    try {
      this.cipher = Cipher.getInstance("AES/GCM/NoPadding");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no AES/GCM/NoPadding", e);
    }
  }

  @Override
  public int trailer() {
    return TRAILER;
  }

  @Override
  public ByteBuffer payload(int start) {
    return plain.clear();
  }

  @Override
  public void seal(int start, int length, long number) {
    try {
      begin(Cipher.ENCRYPT_MODE, start, number);
      cipher.doFinal(
          plain.limit(length).position(0), view(start + Frames.HEADER, length + TRAILER));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot encrypt frame " + number, e);
    }
  }

  @Override
  public ByteBuffer open(int start, int length, long number) throws StreamException {
    try {
      begin(Cipher.DECRYPT_MODE, start, number);
      cipher.doFinal(view(start + Frames.HEADER, length + TRAILER), plain.clear());
      return plain.flip();
    } catch (AEADBadTagException e) {
      throw new StreamException("sent frame " + number + " that was changed on the way");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot decrypt frame " + number, e);
    }
  }

  private void begin(int mode, int start, long number) throws GeneralSecurityException {
    nonce.putLong(NONCE - Long.BYTES, number);
    cipher.init(mode, key, new GCMParameterSpec(Byte.SIZE * TRAILER, nonce.array()));
    cipher.updateAAD(view(start, Frames.HEADER));
  }

  private ByteBuffer view(int from, int length) {
    return view.limit(from + length).position(from);
  }
}
