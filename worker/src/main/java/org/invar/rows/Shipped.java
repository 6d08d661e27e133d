package org.invar.rows;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.io.Serializable;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * A value on its way between driver and executors, as bytes of Java's serialization.
 *
 * <p>{@code spark.serializer} is the application's choice, and Spark's Kryo can neither make
 * records nor refill some collections. Bytes cross with any serializer. Only Spark's own channel
 * carries them.
 */
public final class Shipped<T extends Serializable> implements Serializable {
  private static final long serialVersionUID = 1;

  private final byte[] bytes;
  private transient volatile @Nullable T value;

  private Shipped(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Packs a value as it is now. */
  public static <T extends Serializable> Shipped<T> of(T value) {
    var buffer = new ByteArrayOutputStream();
    try (var out = new ObjectOutputStream(buffer)) {
      out.writeObject(value);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Shipped<>(buffer.toByteArray());
  }

  /** Returns the value: a copy of what was packed, the same one at every call in this JVM. */
  @SuppressWarnings("unchecked")
  public T value() {
    T unpacked = value;
    if (unpacked == null) {
      synchronized (bytes) {
        unpacked = value;
        if (unpacked == null) {
          unpacked = (T) unpack();
          value = unpacked;
        }
      }
    }
    return unpacked;
  }

  private Object unpack() {
    ClassLoader loader = Thread.currentThread().getContextClassLoader();
    try (var in =
        new ObjectInputStream(new ByteArrayInputStream(bytes)) {
          @Override
          protected Class<?> resolveClass(ObjectStreamClass description)
              throws IOException, ClassNotFoundException {
            try {
              return Class.forName(description.getName(), false, loader);
            } catch (ClassNotFoundException e) {
              return super.resolveClass(description);
            }
          }
        }) {
      return in.readObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(
          "the job jar is not the same everywhere: " + e.getMessage(), e);
    }
  }
}
