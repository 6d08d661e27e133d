package org.invar.config.bind;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.invar.config.yaml.KeyPath;
import org.jspecify.annotations.Nullable;

/**
 * What a record's own code said against its values, and about which of them.
 *
 * @param path of the component that the message starts with, or else of the record
 * @param sentence what is wrong there
 */
record Refusal(KeyPath path, String sentence) {
  /** "rate=1.5 is not in [0, 1). Remedy", with a path inside the component where there is one. */
  private static final Pattern MESSAGE =
      Pattern.compile(
          "(?<name>\\w+)(?<inner>(?:\\.\\w+|\\[\\d+])*)"
              + "=(?:(?<found>.*?) (?:is|are) not (?<expected>.*?)(?<remedy>\\.|\\. .*)?|.*)",
          Pattern.DOTALL);

  /** Another "name=" outside brackets: the sentence is about several values. */
  private static final Pattern SEVERAL = Pattern.compile("[^\\[]*=");

  /** Expectations that can follow "expected" as they are. */
  private static final Pattern NOUN = Pattern.compile("(?s)(an?|one|the) .*");

  /**
   * Reads a message.
   *
   * @param components the record's
   * @param record where the record is
   * @param shortForm the component whose value stands at the record's own place, if any
   */
  static Refusal of(
      String message, List<String> components, KeyPath record, @Nullable String shortForm) {
    Matcher parts = MESSAGE.matcher(message);
    if (!parts.matches() || !components.contains(parts.group("name"))) {
      return new Refusal(record, message);
    }
    String name = parts.group("name");
    List<KeyPath.Step> steps = KeyPath.parse(name + parts.group("inner")).steps();
    KeyPath path = record;
    for (KeyPath.Step step : steps.subList(name.equals(shortForm) ? 1 : 0, steps.size())) {
      path = path.then(step);
    }
    String expected = parts.group("expected");
    if (expected == null || SEVERAL.matcher(parts.group("found")).lookingAt()) {
      return new Refusal(path, message);
    }
    String remedy = parts.group("remedy");
    return new Refusal(
        path,
        "expected "
            + (NOUN.matcher(expected).matches() ? "" : "a value that is ")
            + expected
            + ", found "
            + parts.group("found")
            + (remedy == null ? "" : remedy));
  }
}
