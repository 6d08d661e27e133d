package org.invar.source.text;

import java.nio.charset.Charset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.invar.InvarException;
import org.invar.source.files.SourceFiles;
import org.jspecify.annotations.Nullable;

/** The options of a source of text files, by their names in small letters. */
final class TextOptions {
  private static final List<String> OF_FILES =
      List.of("encoding", "charset", "recursiveFileLookup", "pathGlobFilter");

  private final String place;
  private final Map<String, String> values = new LinkedHashMap<>();

  /**
   * Takes options.
   *
   * @param place the source, for messages
   * @param given the options as they were given
   * @param known those of the format
   * @throws InvarException for one that is neither known nor one of all files
   */
  TextOptions(String place, Map<String, String> given, List<String> known) {
    this.place = place;
    given.forEach(
        (name, value) -> {
          boolean there =
              known.stream().anyMatch(name::equalsIgnoreCase)
                  || OF_FILES.stream().anyMatch(name::equalsIgnoreCase);
          if (!there) {
            throw InvarException.of(
                place + ", option " + name,
                "one of " + String.join(", ", known) + ", " + String.join(", ", OF_FILES),
                "another",
                "Leave it out; of bad rows data.badRows says what becomes.");
          }
          values.put(name.toLowerCase(Locale.ROOT), value);
        });
  }

  /** Returns an option, or null. */
  @Nullable String text(String name) {
    return values.get(name.toLowerCase(Locale.ROOT));
  }

  /** Returns an option that is on or off. */
  boolean flag(String name, boolean otherwise) {
    String value = text(name);
    if (value == null) {
      return otherwise;
    }
    String small = value.toLowerCase(Locale.ROOT);
    if (!small.equals("true") && !small.equals("false")) {
      throw wrong(name, "true or false");
    }
    return small.equals("true");
  }

  /** Returns an option that is one character of ASCII; {@link Grammar#NONE} where it is empty. */
  int character(String name, String otherwise) {
    String value = text(name);
    value =
        switch (value == null ? otherwise : value) {
          case "\\t" -> "\t";
          case "\\\\" -> "\\";
          case "\\\"" -> "\"";
          case "\\'" -> "'";
          default -> value == null ? otherwise : value;
        };
    if (value.isEmpty()) {
      return Grammar.NONE;
    }
    if (value.length() != 1 || value.charAt(0) >= 0x80 || "\r\n".contains(value)) {
      throw wrong(name, "one character of ASCII that is no line break");
    }
    return value.charAt(0);
  }

  /** Returns an option that is a number, or −1 where there is none. */
  int number(String name, int most) {
    String value = text(name);
    if (value == null) {
      return -1;
    }
    if (!value.matches("[0-9]{1,9}") || Integer.parseInt(value) > most || value.matches("0+")) {
      throw wrong(name, "a whole number in [1, " + most + "]");
    }
    return Integer.parseInt(value);
  }

  /** Returns the encoding that was asked for, or null. */
  @Nullable Charset charset() {
    String name = text("encoding") != null ? "encoding" : "charset";
    String value = text(name);
    try {
      return value == null ? null : Charset.forName(value);
    } catch (IllegalArgumentException e) {
      throw wrong(name, "a character encoding that Java knows, such as UTF-8 or windows-1252");
    }
  }

  /** Returns which files are wanted. */
  SourceFiles.Lookup lookup() {
    return new SourceFiles.Lookup(!flag("recursiveFileLookup", false), text("pathGlobFilter"));
  }

  /** Returns the refusal of an option's value. */
  InvarException wrong(String name, String expected) {
    return InvarException.of(
        place + ", option " + name,
        expected,
        Fault.shown(String.valueOf(text(name))),
        "Correct the option.");
  }
}
