package org.invar.worker;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** How {@link Command} and {@link Report} are written: fixed binary fields, no object streams. */
final class Messages {
  /** Writes a message's fields. */
  interface Writer {
    void write(DataOutput out) throws IOException;
  }

  /** Reads a message's fields. */
  interface Reader<T> {
    T read(DataInput in) throws IOException;
  }

  private Messages() {}

  static byte[] encode(Writer writer) {
    var bytes = new ByteArrayOutputStream();
    try {
      writer.write(new DataOutputStream(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /**
   * Reads a message to its end.
   *
   * @throws IOException when it is shorter or longer than its fields
   */
  static <T> T decode(byte[] message, Reader<T> reader) throws IOException {
    var in = new DataInputStream(new ByteArrayInputStream(message));
    T value = reader.read(in);
    if (in.available() > 0) {
      throw new IOException(in.available() + " bytes behind a message of " + message.length);
    }
    return value;
  }

  static void writeDoubles(DataOutput out, double[] values) throws IOException {
    out.writeInt(values.length);
    for (double value : values) {
      out.writeDouble(value);
    }
  }

  static double[] readDoubles(DataInput in) throws IOException {
    double[] values = new double[count(in)];
    for (int i = 0; i < values.length; i++) {
      values[i] = in.readDouble();
    }
    return values;
  }

  /** Writes text of any length, which {@link DataOutput#writeUTF} does not. */
  static void writeText(DataOutput out, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  static String readText(DataInput in) throws IOException {
    byte[] bytes = new byte[count(in)];
    in.readFully(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /** Reads a number of things, each of at least a byte. */
  static int count(DataInput in) throws IOException {
    int count = in.readInt();
    if (count < 0 || count > ((DataInputStream) in).available()) {
      throw new IOException("a message counts " + count + " of what it cannot hold");
    }
    return count;
  }
}
