package org.invar.checkpoint;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import org.invar.storage.DamagedFileException;
import org.invar.storage.StoredFile;

/**
 * Some lines of the metrics, in a file that checkpoints share.
 *
 * <p>A checkpoint adds the lines since the one before it. So that they do not become many small
 * files, the new segment also takes the lines of those before it that are less than twice as long:
 * n lines stand in at most log₂ n + 1 segments, and each was written at most log₁.₅ n times.
 *
 * @param lines how many they are, at least 1
 * @param file each line with a line's end
 */
record MetricsSegment(int lines, StoredFile file) {
  /** Refuses a number of lines that is none. */
  MetricsSegment {
    if (lines < 1) {
      throw new IllegalArgumentException(lines + " lines");
    }
  }

  /** Checks that the file is what was written, and has as many lines. */
  void verify(CheckpointFiles files) throws IOException {
    long[] found = new long[1];
    file.read(
        files.fileSystem(),
        files.directory(),
        (in, length) -> {
          byte[] buffer = new byte[1 << 16];
          for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            for (int i = 0; i < count; i++) {
              found[0] += buffer[i] == '\n' ? 1 : 0;
            }
          }
          return found;
        });
    if (found[0] != lines) {
      throw new DamagedFileException(
          files.path(file.name()).toString(), lines + " lines", found[0] + " lines");
    }
  }

  /**
   * Returns segments with all lines, one of them written now unless nothing is new.
   *
   * @param before segments with the first of the lines
   * @param name of the file to write
   */
  static List<MetricsSegment> extend(
      CheckpointFiles files, List<MetricsSegment> before, MetricsLines lines, String name)
      throws IOException {
    List<MetricsSegment> segments = new ArrayList<>(before);
    int begin = before.stream().mapToInt(MetricsSegment::lines).sum();
    if (begin > lines.count()) {
      throw new IllegalArgumentException(
          lines.count() + " lines of metrics, but the checkpoint before has " + begin);
    }
    while (!segments.isEmpty()
        && segments.get(segments.size() - 1).lines < 2 * (lines.count() - begin)) {
      begin -= segments.remove(segments.size() - 1).lines;
    }
    if (begin < lines.count()) {
      long from = segments.stream().mapToLong(segment -> segment.file.length()).sum();
      StoredFile file =
          StoredFile.write(
              files.fileSystem(), files.path(name), false, out -> lines.writeTo(out, from));
      segments.add(new MetricsSegment(lines.count() - begin, file));
    }
    return segments;
  }

  /** Copies the lines of all segments; fails as {@link StoredFile#read}. */
  static void copy(CheckpointFiles files, List<MetricsSegment> segments, OutputStream out)
      throws IOException {
    for (MetricsSegment segment : segments) {
      segment.file.read(files.fileSystem(), files.directory(), (in, length) -> in.transferTo(out));
    }
  }
}
