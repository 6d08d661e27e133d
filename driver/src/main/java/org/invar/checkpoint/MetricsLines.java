package org.invar.checkpoint;

import java.io.IOException;
import java.io.OutputStream;

/**
 * The lines of {@code metrics.jsonl} up to some moment, for a checkpoint; they stand in a file and
 * can be read until their {@link MetricsLog} is closed.
 */
public final class MetricsLines {
  private final MetricsSpool spool;
  private final int count;
  private final long length;

  MetricsLines(MetricsSpool spool, int count, long length) {
    this.spool = spool;
    this.count = count;
    this.length = length;
  }

  /** Returns how many they are. */
  int count() {
    return count;
  }

  /** Writes them, each with a line's end, but for that many bytes at their beginning. */
  void writeTo(OutputStream out, long from) throws IOException {
    spool.copy(from, length, out);
  }
}
