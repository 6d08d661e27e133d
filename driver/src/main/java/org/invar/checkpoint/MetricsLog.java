package org.invar.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.hadoop.fs.CommonPathCapabilities;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.StreamCapabilities;
import org.invar.InvarException;
import org.invar.storage.Json;
import org.invar.storage.RunFiles;

/**
 * {@code metrics.jsonl}: one JSON object a line, readable by others while the run goes on.
 *
 * <p>Checkpoints carry the lines and are what a run goes on from; the file is recreated from them.
 * An object store shows it when it is closed. No line stays in memory. For one thread.
 */
public final class MetricsLog implements Closeable {
  private final Path file;
  private final FSDataOutputStream out;
  private final boolean flushes;
  private final MetricsSpool spool;
  private final CheckpointStore.Ownership ownership;

  private MetricsLog(
      Path file, FSDataOutputStream out, MetricsSpool spool, CheckpointStore.Ownership ownership) {
    this.file = file;
    this.out = out;
    // Streams that can sync can flush; Hadoop deprecated asking for the latter.
    this.flushes = out.hasCapability(StreamCapabilities.HSYNC);
    this.spool = spool;
    this.ownership = ownership;
  }

  /** Creates the file, in place of one that may be there, with the lines so far. */
  static MetricsLog create(
      FileSystem fileSystem, Path file, SavedMetrics before, CheckpointStore.Ownership ownership)
      throws IOException {
    MetricsSpool spool = MetricsSpool.create();
    Closeable made = spool;
    try {
      before.writeTo(spool); // Damage is found before a file is replaced.
      // Not overwritten: one that slept while another took its place may still write into it.
      fileSystem.delete(file, false);
      var log = new MetricsLog(file, RunFiles.create(fileSystem, file, false), spool, ownership);
      made = log;
      log.change(() -> spool.soFar().writeTo(log.out, 0));
      log.flush();
      return log;
    } catch (IOException | RuntimeException | FSError e) {
      try {
        made.close();
      } catch (IOException closing) {
        e.addSuppressed(closing);
      }
      throw e;
    }
  }

  /** Writes a line and flushes it; NaN and infinities become null, as JSON has none. */
  public void append(ObjectNode entry) throws IOException {
    byte[] line = (Json.line(entry) + "\n").getBytes(StandardCharsets.UTF_8);
    change(() -> out.write(line));
    spool.write(line);
    flush();
  }

  /** Returns all lines so far, for a checkpoint. */
  public MetricsLines lines() {
    return spool.soFar();
  }

  /** Closes the file. */
  @Override
  public void close() throws IOException {
    try (spool) {
      change(this::end);
    }
  }

  /** An object store puts the file, when it is closed, in the place of another owner's. */
  private void end() throws IOException {
    if (out.hasCapability(CommonPathCapabilities.ABORTABLE_STREAM)) {
      try {
        ownership.require();
      } catch (InvarException e) {
        out.abort();
        return;
      }
    }
    out.close();
  }

  private void flush() throws IOException {
    change(flushes ? out::hflush : out::flush);
  }

  private interface Change {
    void make() throws IOException;
  }

  private void change(Change change) throws IOException {
    try {
      change.make();
    } catch (FSError e) {
      throw RunFiles.failure(file, "written", e);
    }
  }
}
