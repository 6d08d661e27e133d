package org.invar.cli;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.invar.InvarException;
import org.jspecify.annotations.Nullable;

/** What a path's ending says about the format of what lies there. */
final class PathFormat {
  private static final List<String> ENDINGS = List.of("csv", "parquet", "json", "orc", "libsvm");

  private PathFormat() {}

  /**
   * Returns the format that was asked for, or else that of the path's ending.
   *
   * @param option the option that gives a format, for the message
   * @param given its value, or null
   * @throws InvarException when neither tells
   */
  static String of(String option, @Nullable String given, String path) {
    return given != null
        ? given
        : ofEnding(path)
            .orElseThrow(
                () ->
                    InvarException.of(
                        path,
                        "a path that ends with its format, such as ." + String.join(", .", ENDINGS),
                        "another ending",
                        "Name the format with " + option + "."));
  }

  private static Optional<String> ofEnding(String path) {
    String name =
        path.toLowerCase(Locale.ROOT)
            .replaceFirst("/+$", "")
            .replaceFirst("\\.(gz|bz2|zst|snappy|lz4|deflate)$", "");
    if (name.endsWith("-ubyte")) {
      return Optional.of(SourceOptions.IDX);
    }
    return name.endsWith(".jsonl")
        ? Optional.of("json")
        : ENDINGS.stream().filter(format -> name.endsWith("." + format)).findFirst();
  }
}
