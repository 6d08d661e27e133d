package org.invar.search;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.invar.InvarException;
import org.invar.search.space.Distribution;
import org.invar.search.space.Space;
import org.invar.storage.Json;

/** Whether what a directory says of a search can be of this one; anybody may have written it. */
final class Replay {
  private static final double ROUNDING = 1e-9;
  private static final String REMEDY =
      "Put a copy of the file back, or start again with --overwrite.";

  private final SearchSpec spec;
  private final List<Stage> stages;
  private final String directory;

  /**
   * Makes the check of a search.
   *
   * @param stages at least one
   * @param directory names it in messages
   */
  Replay(SearchSpec spec, List<Stage> stages, String directory) {
    this.spec = spec;
    this.stages = stages;
    this.directory = directory;
  }

  /**
   * Refuses entries of trials that the search does not have, that end without having begun, or
   * whose values and epochs it cannot give them.
   */
  void check(List<Journal.Entry> entries) {
    Set<Integer> begun = new HashSet<>();
    for (Journal.Entry entry : entries) {
      String place = directory + ", journal, trial " + entry.trial();
      if (entry.stage() >= stages.size() || entry.stage() != stage(entry.trial())) {
        throw refusal(
            place, "a trial of this search, in its stage", "one of stage " + entry.stage());
      }
      PartResult part = entry.part();
      if (part == null) {
        check(place, entry.values());
        begun.add(entry.trial());
      } else if (!begun.contains(entry.trial())) {
        throw refusal(place, "its beginning before its end", "none");
      } else if (part.scores().size() > spec.mostEpochs()) {
        throw refusal(
            place, "at most " + spec.mostEpochs() + " epochs", part.scores().size() + " epochs");
      }
    }
  }

  /** Refuses what a stage of other keys keeps to. */
  void check(int number, Stage stage, Space.Focus focus) {
    String place = String.format(Locale.ROOT, "%s, stage-%04d.json", directory, number);
    if (focus.width() != stage.width() || !keys().containsAll(focus.whole())) {
      throw refusal(
          place,
          "width " + stage.width() + " and keys of the search's space",
          "width " + focus.width() + " and " + focus.whole());
    }
    check(place, focus.best());
  }

  private Set<String> keys() {
    return spec.space().distributions().keySet();
  }

  private int stage(int trial) {
    int first = 0;
    for (int number = 0; number < stages.size(); number++) {
      first += stages.get(number).trials();
      if (trial < first) {
        return number;
      }
    }
    return -1;
  }

  private void check(String place, Map<String, JsonNode> values) {
    values.forEach(
        (key, value) -> {
          Distribution distribution = spec.space().distributions().get(key);
          if (distribution == null || !isOf(distribution, value)) {
            throw refusal(
                place + ", " + key, "a value that the search's space has", Json.line(value));
          }
        });
  }

  private static boolean isOf(Distribution distribution, JsonNode value) {
    if (distribution instanceof Distribution.Choice choice) {
      String text = Json.line(value);
      return choice.values().stream().anyMatch(each -> Json.line(each).equals(text));
    }
    double from = distribution.at(0).asDouble();
    double to = distribution.at(Math.nextDown(1.0)).asDouble();
    double slack = ROUNDING * Math.max(Math.abs(from), Math.abs(to));
    return value.isNumber() && value.asDouble() >= from - slack && value.asDouble() <= to + slack;
  }

  private static InvarException refusal(String place, String expected, String found) {
    return InvarException.of(place, expected, found, REMEDY);
  }
}
