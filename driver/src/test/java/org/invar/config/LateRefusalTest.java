package org.invar.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.invar.InvarException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is wrong in the job alone is refused when it is read, not once there is data. */
class LateRefusalTest {
  private static final String JOB =
      """
      name: late
      data: {train: {format: csv, path: not-there.csv}, dev: {split: 0.2}, label: y}
      model: {layers: [dense: 2]}
      loss: LOSS
      train:
        epochs: 2
        batchSize: 16
        optimizer: adam
        schedule: {constant: 0.01}
      """;

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "softmaxCrossEntropy; keepBest: devAcuracy; job.yaml:10: train.keepBest; devAccuracy?",
        "softmaxCrossEntropy; keepBest: devRmse; job.yaml:10: train.keepBest; devF1",
        "softmaxCrossEntropy; keepBest: trainF1; job.yaml:10: train.keepBest; devF1",
        "binaryCrossEntropy; keepBest: devTop5Accuracy; job.yaml:10: train.keepBest; devRecall",
        "meanSquaredError; keepBest: devAccuracy; job.yaml:10: train.keepBest; devRmse",
        "meanSquaredError; earlyStopping: {patience: 2, metric: devMea}; job.yaml:10:"
            + " train.earlyStopping.metric; Did you mean devMae?",
        "meanSquaredError; shards: 100000; job.yaml:10: train.shards; at most 65536",
      })
  void names(String loss, String line, String place, String told) {
    String text = JOB.replace("LOSS", loss) + "  " + line + "\n";
    String message =
        assertThrows(InvarException.class, () -> Job.parse(text, "job.yaml")).getMessage();
    assertTrue(message.startsWith(place), message);
    assertTrue(message.contains(told), message);
  }

  @Test
  void theMetricOfAPlateau() {
    String text =
        JOB.replace("LOSS", "softmaxCrossEntropy")
            .replace("{constant: 0.01}", "{reduceOnPlateau: {initialRate: 0.01, metric: devMae}}");
    String message =
        assertThrows(InvarException.class, () -> Job.parse(text, "job.yaml")).getMessage();
    assertTrue(message.startsWith("job.yaml:9: train.schedule: expected one of"), message);
  }

  @Test
  void whatSomeNetworkHasPasses() {
    String text = JOB.replace("LOSS", "softmaxCrossEntropy") + "  keepBest: devTop5Accuracy\n";
    assertEquals("devTop5Accuracy", Job.parse(text, "job.yaml").settings().train().keepBest());
  }
}
