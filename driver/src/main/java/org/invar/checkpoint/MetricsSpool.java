package org.invar.checkpoint;

import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The lines of a run's metrics so far, in a temporary file of this process: checkpoints take them
 * from here.
 *
 * <p>Memory holds none of them, however long a run goes on and however rarely it is saved. They are
 * not read back from {@code metrics.jsonl}, which an object store shows only when it is closed, nor
 * from earlier checkpoints, of which somebody may have deleted a file. For one thread.
 */
final class MetricsSpool extends OutputStream {
  private static final int COPIED_AT_ONCE = 1 << 16;

  private final Path place;
  private final RandomAccessFile file; // An interrupt would close a channel.
  private int lines;
  private long length;

  private MetricsSpool(Path place, RandomAccessFile file) {
    this.place = place;
    this.file = file;
  }

  /**
   * Creates an empty one, in the folder that {@code java.io.tmpdir} names.
   *
   * @throws IOException naming the folder
   */
  static MetricsSpool create() throws IOException {
    Path place = Path.of(System.getProperty("java.io.tmpdir", "."));
    try {
      place = Files.createTempFile("invar-metrics-", ".jsonl");
      var spool = new MetricsSpool(place, new RandomAccessFile(place.toFile(), "rw"));
      if (!place.toFile().delete()) { // Without a name it goes with the process, if that is killed.
        place.toFile().deleteOnExit();
      }
      return spool;
    } catch (IOException e) {
      throw failure(place, e);
    }
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value});
  }

  /** Adds text; each line's end is counted. */
  @Override
  public void write(byte[] text, int offset, int count) throws IOException {
    try {
      file.seek(length);
      file.write(text, offset, count);
    } catch (IOException e) {
      throw failure(place, e);
    }
    length += count;
    for (int i = offset; i < offset + count; i++) {
      lines += text[i] == '\n' ? 1 : 0;
    }
  }

  /** Returns what was written so far; it can be read until this is closed. */
  MetricsLines soFar() {
    return new MetricsLines(this, lines, length);
  }

  /** Copies the bytes from one to another, exclusive. */
  void copy(long from, long to, OutputStream out) throws IOException {
    byte[] buffer = new byte[(int) Math.min(COPIED_AT_ONCE, to - from)];
    for (long at = from; at < to; ) {
      int count = (int) Math.min(buffer.length, to - at);
      file.seek(at);
      file.readFully(buffer, 0, count);
      out.write(buffer, 0, count);
      at += count;
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  private static IOException failure(Path place, IOException cause) {
    return new IOException(
        place
            + ": the lines of metrics.jsonl could not be kept for the next checkpoint: "
            + cause.getMessage()
            + ". Make room there, or name another folder with -Djava.io.tmpdir.",
        cause);
  }
}
