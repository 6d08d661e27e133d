package org.invar.search;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.invar.InvarException;
import org.invar.search.space.Space;
import org.invar.storage.Json;

/**
 * Which trials have settings that no trial before them has: the others would end with the same
 * bytes, and are left out.
 *
 * <p>A function of the search and of what its stages keep to, so it is the same in every process
 * that works on the search. Used by one thread, stage by stage.
 */
final class DistinctTrials {
  private final SearchSpec spec;
  private final Set<String> seen = new HashSet<>();

  DistinctTrials(SearchSpec spec) {
    this.spec = spec;
  }

  /**
   * Returns the numbers of a stage's trials that differ from all before them, in order.
   *
   * @param first the number of the stage's first trial
   * @throws InvarException when the thread is interrupted
   */
  List<Integer> of(Stage stage, int first, Space.Focus focus) {
    List<Integer> numbers = new ArrayList<>();
    for (int trial = first; trial < first + stage.trials(); trial++) {
      if (Thread.currentThread().isInterrupted()) {
        throw InvarException.interrupted(new InterruptedException());
      }
      var values = spec.space().draw(spec.jobTree(), spec.settings().seed(), trial, focus);
      if (seen.add(hash(spec.space().apply(spec.jobTree(), values)))) {
        numbers.add(trial);
      }
    }
    return numbers;
  }

  /** A tree as it is would be kept for each of many trials. */
  private static String hash(JsonNode job) {
    try {
      byte[] text = Json.line(job).getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // Every Java platform has it.
    }
  }
}
