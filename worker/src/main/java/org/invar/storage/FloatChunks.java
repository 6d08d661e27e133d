package org.invar.storage;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Little-endian float32 values between arrays and streams, a chunk at a time. For one thread. */
final class FloatChunks {
  private static final int CHUNK_BYTES = 1 << 16;

  private final byte[] bytes = new byte[CHUNK_BYTES];
  private final ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);

  /** Writes {@code count} values, from {@code values[at]} on. */
  void write(OutputStream out, float[] values, int at, int count) throws IOException {
    int chunk;
    for (int done = 0; done < count; done += chunk) {
      chunk = Math.min(CHUNK_BYTES / Float.BYTES, count - done);
      buffer.clear().asFloatBuffer().put(values, at + done, chunk);
      out.write(bytes, 0, chunk * Float.BYTES);
    }
  }

  /**
   * Reads {@code count} values, to {@code values[at]} and behind.
   *
   * @throws EOFException when the stream ends before
   */
  void read(InputStream in, float[] values, int at, int count) throws IOException {
    int chunk;
    for (int done = 0; done < count; done += chunk) {
      chunk = Math.min(CHUNK_BYTES / Float.BYTES, count - done);
      if (in.readNBytes(bytes, 0, chunk * Float.BYTES) < chunk * Float.BYTES) {
        throw new EOFException((count - done) + " values are missing");
      }
      buffer.clear().asFloatBuffer().get(values, at + done, chunk);
    }
  }

  /** What is done with each value. */
  interface Each {
    /** Takes the value that is the {@code at}-th from 0. */
    void take(long at, float value) throws IOException;
  }

  /**
   * Reads {@code count} values one by one.
   *
   * @throws EOFException when the stream ends before
   */
  void scan(InputStream in, long count, Each each) throws IOException {
    float[] values = new float[CHUNK_BYTES / Float.BYTES];
    int chunk;
    for (long done = 0; done < count; done += chunk) {
      chunk = (int) Math.min(values.length, count - done);
      read(in, values, 0, chunk);
      for (int i = 0; i < chunk; i++) {
        each.take(done + i, values[i]);
      }
    }
  }
}
