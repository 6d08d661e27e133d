package org.invar.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.invar.metric.ConfusionMatrix;
import org.invar.report.EvaluationReport;
import org.invar.score.Evaluation;
import org.invar.storage.Json;
import org.junit.jupiter.api.Test;

/** A class that a split has no rows of is n/a and null, neither 0 nor the text NaN. */
class MissingClassTest {
  /** Five rows of class 0, of which three are taken for class 1. */
  private static final ConfusionMatrix MATRIX = ConfusionMatrix.of(new double[] {2, 3, 0, 0}, 0, 2);

  private static Map<String, Double> scores(String prefix) {
    Map<String, Double> scores = new LinkedHashMap<>();
    scores.put(prefix + "precision", MATRIX.macroPrecision());
    scores.put(prefix + "recall", Double.NaN);
    return scores;
  }

  @Test
  void isNoPartOfMeans() {
    assertEquals(1.0, MATRIX.macroPrecision());
    assertEquals(0.4, MATRIX.macroRecall());
    assertEquals(2 * 2 / 7.0, MATRIX.macroF1(), 1e-15);
    assertEquals(0.0, MATRIX.precision(1));
    assertEquals(Double.NaN, MATRIX.recall(1));
    assertEquals(Double.NaN, MATRIX.f1(1));
  }

  @Test
  void isNotAvailableInTables() {
    var evaluation = new Evaluation(scores(""), 5, Optional.of(MATRIX), List.of("no", "yes "));
    assertEquals(
        """
        data  rows  precision  recall
        dev      5     1.0000     n/a
        precision, recall and f1 are means over the classes that have rows

        true \\ predicted     no  "yes "  recall
        no                    2       3   0.400
        "yes "                0       0     n/a
        precision         1.000   0.000   0.400

        class   rows  predicted  precision  recall     f1
        no         5          2      1.000   0.400  0.571
        "yes "     0          3      0.000     n/a    n/a
        """,
        new EvaluationReport("dev", evaluation).render());
  }

  @Test
  void isNullInJson() throws Exception {
    var yes = ConfusionMatrix.of(new double[] {2, 3, 0, 0}, 0, 2, 1);
    var evaluation = new Evaluation(scores(""), 5, Optional.of(yes), List.of("no", "yes"));
    JsonNode json = Json.MAPPER.readTree(evaluation.json());
    assertTrue(json.get("recall").isNull(), json.toString());
    assertEquals(1, json.get("positiveClass").asInt());
    assertTrue(
        new EvaluationReport("dev", evaluation)
            .render()
            .contains("precision, recall and f1 are those of class yes\n"));

    var epoch = new TrainingListener.Epoch(1, 1, 3, scores("dev"), 0.1, 2, false);
    assertTrue(Json.line(Reports.epoch(epoch)).contains("\"devrecall\":null"));
    var result =
        new TrainingResult(
            "runs/x",
            scores("devR"),
            1,
            3,
            9,
            1,
            5,
            false,
            1,
            List.of(epoch),
            Optional.of(yes),
            List.of("no", "yes"),
            0);
    String text = Json.line(Reports.summary("x", 1, result, Map.of(), List.of()));
    assertTrue(!text.contains("NaN"), text);
    TrainingResult back = Reports.result("runs/x", Json.MAPPER.readTree(text));
    assertEquals(Double.NaN, back.history().get(0).scores().get("devrecall"));
    assertEquals(Double.NaN, back.scores().get("devRrecall"));
    assertEquals(result.confusion(), back.confusion());
  }
}
