package org.invar.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.invar.InvarException;
import org.invar.search.space.Distribution;
import org.invar.search.space.Range;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Numbers of trials, folds, repetitions and ranges that no computer has room for, at their line.
 */
class TooManyTrialsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "trials: 2147483647; search.yaml:15: trials; at most 100000",
        "folds: 2147483647; search.yaml:15: folds; at most 1000",
        "stages: [{keys: train.batchSize, trials: 2147483647}, {keys: [], trials: 2}];"
            + " search.yaml:15: stages; 2147483649 trials together",
        "trialTimeout: soon; search.yaml:15: trialTimeout; a time such as 90s",
        "{folds: 2, placement: gang}; search.yaml:15: folds; expected folds: 1",
      })
  void settings(String lines, String place, String told) {
    String flat = lines.startsWith("{") ? lines.substring(1, lines.length() - 1) : lines;
    String more = lines.startsWith("{") ? flat.replace(", ", "\n") : flat;
    refused(
        "name: s\n"
            + SpaceTest.JOB
            + "objective: devLoss\nspace: {train.batchSize: {intUniform: [8, 9]}}\n"
            + more
            + "\n",
        place,
        told);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "{times: [1, 2], elements: 2147483647}; elements; at most 10000",
        "{times: [100000000, 100000000]}; times.to; at most 10000",
        "{times: [1, 6000], elements: 2}; times.to; at most 5000",
      })
  void repetitions(String repeat, String key, String told) {
    refused(space("model.layers[1]: {repeat: " + repeat + "}"), "search.yaml:15", key, told);
  }

  @Test
  void repetitionsOfRepetitions() {
    String job =
        SpaceTest.JOB.replace("- dropout: 0.1", "- residual: {body: [dropout: 0.1, dropout: 0.2]}");
    String two =
        """
          model.layers[2]: {repeat: {times: [1, 200]}}
          model.layers[2].residual.body[0]: {repeat: {times: [1, 200]}}
        """;
    refused(
        "name: s\n" + job + "objective: devLoss\nspace:\n" + two,
        "search.yaml:16",
        "at most 10000 elements together",
        "found up to 40000");
  }

  @Test
  void rangesWhoseWidthIsNoNumber() {
    refused(space("train.l2: {uniform: [-1.0e308, 1.0e308]}"), "search.yaml:15", "train.l2");
  }

  /** The logarithm of the largest number, rounded, is that of a larger one. */
  @Test
  void theEndsOfTheWidestScaleAreNumbers() {
    var scale = new Distribution.LogUniform(new Range(Double.MIN_NORMAL, Double.MAX_VALUE));
    assertEquals(Double.MAX_VALUE, scale.at(Math.nextDown(1.0)).doubleValue(), 1e306);
    assertEquals(Double.MIN_NORMAL, scale.at(0).doubleValue(), 1e-300);
  }

  @Test
  void anObjectiveThatTheLossDoesNotHaveIsRefusedWithoutData() {
    String text = space("train.l2: {uniform: [0, 1]}").replace("devLoss", "devAcuracy");
    refused(text, "search.yaml:13: objective", "Did you mean devAccuracy?");
  }

  private static String space(String line) {
    return "name: s\n" + SpaceTest.JOB + "objective: devLoss\nspace:\n  " + line + "\n";
  }

  private static void refused(String text, String... parts) {
    String message =
        assertThrows(InvarException.class, () -> SearchSpec.parse(text, "search.yaml"))
            .getMessage();
    for (String part : parts) {
      assertTrue(message.contains(part), part + " is not in: " + message);
    }
  }
}
