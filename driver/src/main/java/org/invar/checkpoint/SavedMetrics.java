package org.invar.checkpoint;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/** The lines of {@code metrics.jsonl} that a checkpoint holds, in their files. */
public final class SavedMetrics {
  private interface Text {
    void writeTo(OutputStream out) throws IOException;
  }

  private final Text text;

  private SavedMetrics(Text text) {
    this.text = text;
  }

  /** Returns those of a run that starts. */
  public static SavedMetrics none() {
    return new SavedMetrics(out -> {});
  }

  /** Returns those of some segments. */
  static SavedMetrics of(CheckpointFiles files, List<MetricsSegment> segments) {
    return new SavedMetrics(out -> MetricsSegment.copy(files, segments, out));
  }

  /**
   * Writes all lines, each with a line's end.
   *
   * @throws IOException when a file cannot be read or is no longer what was written
   */
  void writeTo(OutputStream out) throws IOException {
    text.writeTo(out);
  }
}
