package org.invar.score;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.invar.metric.ConfusionMatrix;
import org.invar.storage.Json;

/**
 * How well a model does on some rows.
 *
 * @param scores {@code loss}, {@code accuracy}, {@code rmse}, …, in the order in which they are
 *     shown
 * @param rows the number of rows
 * @param confusion how often each class was predicted as each, where there are classes
 * @param classes a name for every class of the confusion matrix, by id; empty without one
 */
public record Evaluation(
    Map<String, Double> scores,
    long rows,
    Optional<ConfusionMatrix> confusion,
    List<String> classes) {
  /** Copies the scores, in their order, and the names. */
  public Evaluation {
    scores = Collections.unmodifiableMap(new LinkedHashMap<>(scores));
    classes = List.copyOf(classes);
  }

  /** Returns everything as a JSON object, the confusion matrix as a list of counts a true class. */
  public String json() {
    ObjectNode json = Json.MAPPER.createObjectNode().put("rows", rows);
    scores.forEach(
        (name, score) ->
            json.set(name, Double.isFinite(score) ? json.numberNode(score) : json.nullNode()));
    confusion.ifPresent(
        matrix -> {
          json.set("classes", Json.MAPPER.valueToTree(classes));
          ConfusionJson.put(json, matrix);
        });
    return json.toPrettyString() + "\n";
  }
}
