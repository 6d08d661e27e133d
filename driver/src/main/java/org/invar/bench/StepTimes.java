package org.invar.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.invar.storage.Json;

/**
 * Where the time of a run's steps went, in milliseconds a step: medians over every tenth.
 *
 * @param compute gradients of all shards, by all threads
 * @param waiting for other workers
 * @param reduce sums over workers
 * @param update by the averager
 * @param gather of new values
 */
record StepTimes(double compute, double waiting, double reduce, double update, double gather) {
  /** Returns what the workers told. */
  double millis() {
    return compute + waiting + reduce + update + gather;
  }

  /**
   * Reads what a run wrote, of the steps behind one.
   *
   * @param metrics the run's {@code metrics.jsonl}
   */
  static StepTimes read(Path metrics, long behind) throws IOException {
    List<JsonNode> steps = new ArrayList<>();
    for (String line : Files.readAllLines(metrics)) {
      JsonNode json = Json.MAPPER.readTree(line);
      if (json.path("type").asText().equals("step") && json.path("step").asLong() > behind) {
        steps.add(json);
      }
    }
    if (steps.isEmpty()) {
      throw new IllegalStateException(metrics + " has no step behind " + behind);
    }
    return new StepTimes(
        median(steps, "computeMillis"),
        median(steps, "waitMillis"),
        median(steps, "reduceMillis"),
        median(steps, "updateMillis"),
        median(steps, "gatherMillis"));
  }

  private static double median(List<JsonNode> steps, String key) {
    return Median.of(steps, step -> step.get(key).doubleValue());
  }
}
