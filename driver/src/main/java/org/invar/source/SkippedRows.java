package org.invar.source;

import java.io.Serializable;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.invar.Shown;

/**
 * The rows of a source that were left out because they cannot be used.
 *
 * @param source the source
 * @param rows their exact number
 * @param reasons how many rows each reason holds for, a row of several bad columns under each
 * @param first the first of them, in the order of the source
 */
public record SkippedRows(String source, long rows, Map<String, Long> reasons, List<Skipped> first)
    implements Serializable {
  /** Takes the source's name without secrets, for it is written down. */
  public SkippedRows {
    source = Shown.line(source);
  }

  /** The most rows that are named one by one. */
  static final int MOST_NAMED = 1000;

  private static final int SHOWN_REASONS = 3;

  /**
   * A row that was left out.
   *
   * @param file where it is from
   * @param line its line in the file, or, of files without lines, its number
   * @param reasons what is wrong with it
   * @param message the same as a message
   */
  public record Skipped(String file, long line, List<String> reasons, String message)
      implements Serializable {
    /** Takes texts as people may see them. */
    public Skipped {
      file = Shown.line(file);
      message = Shown.of(message);
    }
  }

  /** Returns the numbers without the single rows. */
  SkippedRows counts() {
    return new SkippedRows(source, rows, reasons, List.of());
  }

  /** Returns a sentence with the numbers. */
  String sentence() {
    String why =
        reasons.entrySet().stream()
            .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
            .limit(SHOWN_REASONS)
            .map(reason -> counted(reason.getValue()) + ": " + reason.getKey())
            .collect(Collectors.joining("; "));
    String more = reasons.size() > SHOWN_REASONS ? "; …" : "";
    return "%s: %s skipped (skipped.jsonl names %s): %s%s."
        .formatted(source, counted(rows) + (rows == 1 ? " was" : " were"), named(), why, more);
  }

  private String named() {
    if (rows > MOST_NAMED) {
      return "the first " + String.format(Locale.ROOT, "%,d", MOST_NAMED);
    }
    return rows == 1 ? "it" : "each";
  }

  private static String counted(long rows) {
    return String.format(Locale.ROOT, "%,d %s", rows, rows == 1 ? "row" : "rows");
  }
}
