package org.invar.source.text;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a CSV source is to be read; the names of the options are Spark's.
 *
 * @param header whether a file's first record has the columns' names
 * @param nullText what an unquoted field has in place of nothing, or null
 */
record CsvOptions(TextOptions options, Grammar grammar, boolean header, @Nullable String nullText) {
  /** The last two without effect: breaks in quotes are always read, and text stays text. */
  private static final List<String> KNOWN =
      List.of(
          "header",
          "sep",
          "delimiter",
          "quote",
          "escape",
          "comment",
          "nullValue",
          "ignoreLeadingWhiteSpace",
          "ignoreTrailingWhiteSpace",
          "multiLine",
          "inferSchema");

  static CsvOptions of(String place, Map<String, String> given) {
    var options = new TextOptions(place, given, KNOWN);
    String sep = options.text("sep") == null ? "delimiter" : "sep";
    int separator = options.character(sep, ",");
    int quote = options.character("quote", "\"");
    int escape = options.text("escape") == null ? quote : options.character("escape", "");
    int comment = options.character("comment", "");
    if (separator == Grammar.NONE) {
      throw options.wrong(sep, "one character");
    }
    if (separator == quote || separator == escape || separator == comment) {
      throw options.wrong(sep, "another character than those of quote, escape and comment");
    }
    options.flag("multiLine", true);
    options.flag("inferSchema", false);
    var grammar =
        new Grammar(
            separator,
            quote,
            escape,
            comment,
            options.flag("ignoreLeadingWhiteSpace", false),
            options.flag("ignoreTrailingWhiteSpace", false));
    return new CsvOptions(
        options, grammar, options.flag("header", true), options.text("nullValue"));
  }
}
