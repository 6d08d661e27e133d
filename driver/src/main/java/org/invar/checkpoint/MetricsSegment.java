package org.invar.checkpoint;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
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
  /**
   * Returns segments with all lines, one of them written now unless nothing is new.
   *
   * @param before segments with the first of the lines
   * @param name of the file to write
   */
  static List<MetricsSegment> extend(
      CheckpointFiles files, List<MetricsSegment> before, List<String> lines, String name)
      throws IOException {
    List<MetricsSegment> segments = new ArrayList<>(before);
    int begin = before.stream().mapToInt(MetricsSegment::lines).sum();
    if (begin > lines.size()) {
      throw new IllegalArgumentException(
          lines.size() + " lines of metrics, but the checkpoint before has " + begin);
    }
    while (!segments.isEmpty()
        && segments.get(segments.size() - 1).lines < 2 * (lines.size() - begin)) {
      begin -= segments.remove(segments.size() - 1).lines;
    }
    if (begin < lines.size()) {
      String text =
          lines.subList(begin, lines.size()).stream()
              .map(line -> line + "\n")
              .collect(Collectors.joining());
      StoredFile file =
          StoredFile.write(
              files.fileSystem(),
              files.path(name),
              false,
              out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
      segments.add(new MetricsSegment(lines.size() - begin, file));
    }
    return segments;
  }

  /** Returns the lines of all segments; fails as {@link StoredFile#read}. */
  static List<String> lines(CheckpointFiles files, List<MetricsSegment> segments)
      throws IOException {
    List<String> lines = new ArrayList<>();
    for (MetricsSegment segment : segments) {
      byte[] bytes = segment.file.bytes(files.fileSystem(), files.directory());
      new String(bytes, StandardCharsets.UTF_8).lines().forEach(lines::add);
    }
    return lines;
  }
}
