package org.invar.train;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.invar.metric.ConfusionMatrix;

/**
 * What a run writes for programs to read: lines of {@code metrics.jsonl} and {@code summary.json}.
 */
final class Reports {
  /** Steps between two lines of {@code metrics.jsonl}. */
  static final int STEPS_A_LINE = 10;

  static final ObjectMapper JSON = JsonMapper.builder().build();

  private Reports() {}

  static ObjectNode step(TrainingListener.Step step, double gradientMillis, double updateMillis) {
    ObjectNode line =
        JSON.createObjectNode()
            .put("type", "step")
            .put("epoch", step.epoch())
            .put("step", step.step())
            .put("learningRate", step.learningRate())
            .put("samplesPerSecond", Math.round(step.samplesPerSecond()))
            .put("gradientMillis", thousandths(gradientMillis))
            .put("updateMillis", thousandths(updateMillis));
    step.scores().forEach(line::put);
    return line;
  }

  static ObjectNode epoch(TrainingListener.Epoch epoch) {
    ObjectNode line =
        JSON.createObjectNode()
            .put("type", "epoch")
            .put("epoch", epoch.epoch())
            .put("step", epoch.step())
            .put("learningRate", epoch.learningRate())
            .put("seconds", thousandths(epoch.seconds()))
            .put("best", epoch.best());
    epoch.scores().forEach(line::put);
    return line;
  }

  static ObjectNode summary(String name, TrainingResult result) {
    ObjectNode summary = JSON.createObjectNode().put("name", name);
    result.scores().forEach(summary::put);
    summary
        .put("epochs", result.epochs())
        .put("steps", result.steps())
        .put("keptEpoch", result.keptEpoch())
        .put("stoppedEarly", result.stoppedEarly())
        .put("parameters", result.parameters())
        .put("secondsTraining", thousandths(result.secondsTraining()))
        .put("samplesPerSecond", Math.round(result.samplesPerSecond()))
        .put("optimalError", result.optimalError());
    if (!result.classes().isEmpty()) {
      summary.set("classes", JSON.valueToTree(result.classes()));
    }
    result.confusion().ifPresent(matrix -> summary.set("confusion", rows(matrix)));
    return summary;
  }

  /** Row by actual class, column by predicted class. */
  private static ArrayNode rows(ConfusionMatrix matrix) {
    ArrayNode rows = JSON.createArrayNode();
    for (int actual = 0; actual < matrix.classes(); actual++) {
      ArrayNode row = rows.addArray();
      for (int predicted = 0; predicted < matrix.classes(); predicted++) {
        row.add(matrix.count(actual, predicted));
      }
    }
    return rows;
  }

  private static double thousandths(double value) {
    return Math.round(value * 1000) / 1000.0;
  }
}
