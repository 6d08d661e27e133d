package org.invar.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.StreamCapabilities;
import org.invar.storage.Json;
import org.invar.storage.RunFiles;

/**
 * {@code metrics.jsonl}: one JSON object a line, readable by others while the run goes on.
 *
 * <p>Checkpoints carry the lines and are what a run goes on from; the file is recreated from them.
 * An object store shows it when it is closed. For one thread.
 */
public final class MetricsLog implements Closeable {
  private final Path file;
  private final FSDataOutputStream out;
  private final boolean flushes;
  private final List<String> lines = new ArrayList<>();

  private MetricsLog(Path file, FSDataOutputStream out) {
    this.file = file;
    this.out = out;
    // Streams that can sync can flush; Hadoop deprecated asking for the latter.
    this.flushes = out.hasCapability(StreamCapabilities.HSYNC);
  }

  /** Creates the file, in place of one that may be there, with the lines so far. */
  static MetricsLog create(FileSystem fileSystem, Path file, List<String> lines)
      throws IOException {
    var log = new MetricsLog(file, fileSystem.create(file, true));
    try {
      for (String line : lines) {
        log.write(line);
      }
      log.flush();
      return log;
    } catch (IOException e) {
      log.close();
      throw e;
    }
  }

  /** Writes a line and flushes it; NaN and infinities become text, as JSON has none. */
  public void append(ObjectNode entry) throws IOException {
    write(Json.line(entry));
    flush();
  }

  /** Returns all lines so far, without line ends, for a checkpoint. */
  public List<String> lines() {
    return List.copyOf(lines);
  }

  /** Closes the file. */
  @Override
  public void close() throws IOException {
    change(out::close);
  }

  private void write(String line) throws IOException {
    byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
    change(() -> out.write(bytes));
    lines.add(line);
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
