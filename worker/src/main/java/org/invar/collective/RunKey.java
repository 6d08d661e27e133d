package org.invar.collective;

import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serial;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The secret of a run: 32 random bytes that every worker gets in its task and proves to know on
 * every connection.
 *
 * <p>Nothing prints it. It is as secret as the channel on which Spark sends tasks.
 */
public final class RunKey implements Serializable {
  @Serial private static final long serialVersionUID = 1;

  private static final int LENGTH = 32;
  private static final String MAC = "HmacSHA256";

  private final byte[] secret;

  private RunKey(byte[] secret) {
    this.secret = secret;
  }

  /** Returns a new key from the system's secure random numbers. */
  public static RunKey random() {
    return new RunKey(nonce());
  }

  /** Returns 32 bytes that nobody has seen before. */
  static byte[] nonce() {
    byte[] bytes = new byte[LENGTH];
    new SecureRandom().nextBytes(bytes);
    return bytes;
  }

  /**
   * Returns HMAC-SHA256 (RFC 2104) of a label and data under the key: 32 bytes.
   *
   * <p>Another label gives unrelated bytes, so one key serves for proofs and session keys.
   */
  byte[] derive(String label, byte[] data) {
    byte[] name = label.getBytes(StandardCharsets.US_ASCII);
    try {
      Mac mac = Mac.getInstance(MAC);
      mac.init(new SecretKeySpec(secret, MAC));
      mac.update((byte) name.length);
      mac.update(name);
      return mac.doFinal(data);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no " + MAC, e);
    }
  }

  @Serial
  private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
    in.defaultReadObject();
    if (secret == null || secret.length != LENGTH) {
      throw new InvalidObjectException("not a key of " + LENGTH + " bytes");
    }
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof RunKey key && MessageDigest.isEqual(secret, key.secret);
  }

  @Override
  public int hashCode() {
    return ByteBuffer.wrap(derive("hash code", new byte[0])).getInt();
  }

  /** Returns the type's name; nothing of the key. */
  @Override
  public String toString() {
    return "RunKey";
  }
}
