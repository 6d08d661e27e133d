package org.invar.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.invar.metric.ConfusionMatrix;
import org.invar.score.Evaluation;
import org.junit.jupiter.api.Test;

class EvaluationReportTest {
  @Test
  void showsScoresMatrixAndClasses() {
    Map<String, Double> scores = new LinkedHashMap<>();
    scores.put("accuracy", 0.75);
    scores.put("loss", 0.5);
    var matrix = ConfusionMatrix.of(new double[] {2, 1, 0, 1000}, 0, 2);
    String text =
        new EvaluationReport(
                "test", new Evaluation(scores, 1003, Optional.of(matrix), List.of("cat", "dog")))
            .render();
    assertEquals(
        """
        data   rows    loss  accuracy
        test  1,003  0.5000    0.7500

        true \\ predicted    cat    dog  recall
        cat                   2      1   0.667
        dog                   0   1000   1.000
        precision         1.000  0.999   0.999

        class   rows  predicted  precision  recall     f1
        cat        3          2      1.000   0.667  0.800
        dog    1,000      1,001      0.999   1.000  1.000
        """,
        text);
  }

  @Test
  void ofSequencesWithAClassAtEveryStepStepsAreCounted() {
    Map<Integer, String> headers = Map.of(2, "class +", 40, "true +predicted +");
    headers.forEach(
        (classes, header) -> {
          double[] counts = new double[classes * classes];
          Arrays.fill(counts, 1);
          var matrix = Optional.of(ConfusionMatrix.of(counts, 0, classes));
          List<String> names = IntStream.range(0, classes).mapToObj(c -> "k" + c).toList();
          for (long rows : new long[] {counts.length, counts.length - 1}) {
            var evaluation = new Evaluation(Map.of("loss", 1.0), rows, matrix, names);
            String text = new EvaluationReport("dev", evaluation).render();
            String counted = rows == counts.length ? "rows" : "steps";
            assertTrue(text.matches("(?s).*\n" + header + counted + " .*"), text);
          }
        });
  }

  @Test
  void numbersHaveScoresAlone() {
    var evaluation =
        new Evaluation(Map.of("loss", 4.0, "rmse", 2.0), 7, Optional.empty(), List.of());
    assertEquals(
        """
        data   rows    loss    rmse
        a.csv     7  4.0000  2.0000
        """,
        new EvaluationReport("a.csv", evaluation).render());
  }

  @Test
  void manyClassesShowTheMostFrequentConfusionsAndTheWeakestClasses() {
    int classes = 40;
    double[] counts = new double[classes * classes];
    for (int c = 0; c < classes; c++) {
      counts[c * classes + c] = 100;
      counts[c * classes + (c + 1) % classes] = c == 7 ? 50 : c % 2;
    }
    List<String> names = IntStream.range(0, classes).mapToObj(c -> "k" + c).toList();
    var evaluation =
        new Evaluation(
            Map.of("loss", 1.0), 4069, Optional.of(ConfusionMatrix.of(counts, 0, classes)), names);
    String text = new EvaluationReport("dev", evaluation).render();
    List<String> lines = text.lines().toList();
    assertTrue(lines.get(4).matches("k7 +k8 +50 +0\\.333"), text);
    // Twenty pairs were confused, all of which are shown.
    assertEquals("", lines.get(24), text);
    assertTrue(lines.get(26).startsWith("k7 "), text);
    assertEquals("(the 30 of 40 classes with the lowest f1)", lines.get(lines.size() - 1));
    assertEquals(27 + 29 + 1, lines.size(), text);
  }
}
