package org.invar.gang;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.invar.collective.MessageLink;

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
   * @throws IOException when it is shorter or longer than its fields, or a field cannot be
   */
  static <T> T decode(byte[] message, Reader<T> reader) throws IOException {
    var in = new DataInputStream(new ByteArrayInputStream(message));
    T value;
    try {
      value = reader.read(in);
    } catch (EOFException e) {
      throw new IOException("a message of " + message.length + " bytes is cut off", e);
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new IOException("a message of " + message.length + " bytes: " + e.getMessage(), e);
    }
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
    double[] values = new double[count(in, Double.BYTES)];
    for (int i = 0; i < values.length; i++) {
      values[i] = in.readDouble();
    }
    return values;
  }

  /** Writes values of which most may be zeros, like a confusion matrix of many classes. */
  static void writeSparse(DataOutput out, double[] values) throws IOException {
    int others = 0;
    for (double value : values) {
      others += isZero(value) ? 0 : 1;
    }
    out.writeInt(values.length);
    out.writeInt(others);
    for (int i = 0; i < values.length; i++) {
      if (!isZero(values[i])) {
        out.writeInt(i);
        out.writeDouble(values[i]);
      }
    }
  }

  /** A zero that is negative keeps its sign. */
  private static boolean isZero(double value) {
    return Double.doubleToRawLongBits(value) == 0;
  }

  static double[] readSparse(DataInput in) throws IOException {
    int length = in.readInt();
    if (length < 0 || length > MessageLink.MAX_MESSAGE / Double.BYTES) {
      throw new IOException("a message has " + length + " values, which is too many");
    }
    double[] values = new double[length];
    for (int left = count(in, Integer.BYTES + Double.BYTES); left > 0; left--) {
      values[Objects.checkIndex(in.readInt(), length)] = in.readDouble();
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
    byte[] bytes = new byte[count(in, 1)];
    in.readFully(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /** Reads a number of things, each of which takes that many bytes or more. */
  static int count(DataInput in, int bytes) throws IOException {
    int count = in.readInt();
    if (count < 0 || count > ((DataInputStream) in).available() / bytes) {
      throw new IOException("a message counts " + count + " of what it cannot hold");
    }
    return count;
  }
}
