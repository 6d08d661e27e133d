package org.invar.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.invar.InvarException;
import org.invar.gang.StepTimings;
import org.invar.metric.ConfusionMatrix;
import org.invar.source.SkippedRows;
import org.invar.source.Split;
import org.invar.source.SplitTally;
import org.invar.storage.DamagedFileException;
import org.invar.storage.Json;
import org.jspecify.annotations.Nullable;

/**
 * What a run writes for programs to read: lines of {@code metrics.jsonl} and {@code summary.json}.
 */
final class Reports {
  /** Steps between two lines of {@code metrics.jsonl}. */
  static final int STEPS_A_LINE = 10;

  /** The key of V in {@code summary.json}. */
  static final String SHARDS = "shards";

  /** The key of the class that precision, recall and f1 are of. */
  private static final String POSITIVE = "positiveClass";

  static final ObjectMapper JSON = Json.MAPPER;

  /** The key of what a run was trained on in {@code summary.json}: rows and hash of each split. */
  static final String DATA = "data";

  private Reports() {}

  static ObjectNode step(TrainingListener.Step step, StepTimings timings) {
    ObjectNode line =
        JSON.createObjectNode()
            .put("type", "step")
            .put("epoch", step.epoch())
            .put("step", step.step())
            .put("learningRate", step.learningRate())
            .put("samplesPerSecond", Math.round(step.samplesPerSecond()))
            .put("computeMillis", thousandths(timings.compute()))
            .put("waitMillis", thousandths(timings.waiting()))
            .put("reduceMillis", thousandths(timings.reduce()))
            .put("updateMillis", thousandths(timings.update()))
            .put("gatherMillis", thousandths(timings.gather()))
            .put("bytesSent", timings.bytes());
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

  static ObjectNode summary(
      String name,
      int shards,
      TrainingResult result,
      Map<Split, SplitTally> tallies,
      List<SkippedRows> skippedRows) {
    ObjectNode summary = JSON.createObjectNode().put("name", name);
    result.scores().forEach(summary::put);
    summary
        .put("epochs", result.epochs())
        .put("steps", result.steps())
        .put("keptEpoch", result.keptEpoch())
        .put("stoppedEarly", result.stoppedEarly())
        .put("parameters", result.parameters())
        .put(SHARDS, shards)
        .put("secondsTraining", thousandths(result.secondsTraining()))
        .put("samplesPerSecond", Math.round(result.samplesPerSecond()))
        .put("optimalError", result.optimalError());
    if (!result.classes().isEmpty()) {
      summary.set("classes", JSON.valueToTree(result.classes()));
    }
    result
        .confusion()
        .ifPresent(
            matrix -> {
              summary.set("confusion", rows(matrix));
              putPositive(summary, matrix);
            });
    if (!tallies.isEmpty()) {
      summary.set(DATA, data(tallies));
    }
    if (!skippedRows.isEmpty()) {
      ArrayNode skipped = summary.putArray("skippedRows");
      for (SkippedRows rows : skippedRows) {
        ObjectNode source =
            skipped.addObject().put("source", rows.source()).put("rows", rows.rows());
        source.set("reasons", JSON.valueToTree(rows.reasons()));
      }
    }
    summary.set("history", JSON.valueToTree(result.history()));
    return summary;
  }

  /** What tells a split from another that has changed. */
  static ObjectNode data(Map<Split, SplitTally> tallies) {
    ObjectNode data = JSON.createObjectNode();
    tallies.forEach(
        (split, tally) ->
            data.putObject(split.label()).put("rows", tally.rows()).put("hash", tally.hash()));
    return data;
  }

  /** Returns the lines of the rows that were left out. */
  static String skipped(List<SkippedRows> skipped) {
    StringBuilder lines = new StringBuilder();
    for (SkippedRows rows : skipped) {
      for (SkippedRows.Skipped row : rows.first()) {
        lines.append(JSON.<ObjectNode>valueToTree(row)).append('\n');
      }
    }
    return lines.toString();
  }

  static ObjectNode evaluation(Evaluation evaluation) {
    ObjectNode json = JSON.createObjectNode().put("rows", evaluation.rows());
    evaluation
        .scores()
        .forEach(
            (name, score) ->
                json.set(name, Double.isFinite(score) ? json.numberNode(score) : json.nullNode()));
    evaluation
        .confusion()
        .ifPresent(
            matrix -> {
              json.set("classes", JSON.valueToTree(evaluation.classes()));
              json.set("confusion", rows(matrix));
              putPositive(json, matrix);
            });
    return json;
  }

  /** Says of which class, by its id, precision, recall and f1 are; null for means over classes. */
  private static void putPositive(ObjectNode node, ConfusionMatrix matrix) {
    if (matrix.positive().isPresent()) {
      node.put(POSITIVE, matrix.positive().getAsInt());
    } else {
      node.putNull(POSITIVE);
    }
  }

  /**
   * What {@link #summary} writes beside name and scores.
   *
   * @param confusion by row; null, as the classes, where there is none
   */
  record Summary(
      int epochs,
      long steps,
      int keptEpoch,
      boolean stoppedEarly,
      int parameters,
      int shards,
      double secondsTraining,
      double samplesPerSecond,
      double optimalError,
      @Nullable List<String> classes,
      @Nullable List<List<Double>> confusion,
      @Nullable Integer positiveClass,
      List<TrainingListener.Epoch> history) {
    Summary {
      boolean negative = epochs < 0 || steps < 0 || keptEpoch < 0 || parameters < 0 || shards < 1;
      if (negative || !(secondsTraining >= 0 && samplesPerSecond >= 0 && optimalError >= 0)) {
        throw new IllegalArgumentException("a negative number of something");
      }
      int size = confusion == null ? 0 : confusion.size();
      if (positiveClass != null && (positiveClass < 0 || positiveClass >= size)) {
        throw new IllegalArgumentException("a positive class that is none");
      }
      for (List<Double> row : confusion == null ? List.<List<Double>>of() : confusion) {
        if (row.size() != size || row.stream().anyMatch(count -> !(count >= 0))) {
          throw new IllegalArgumentException("a confusion matrix that is none");
        }
      }
    }
  }

  /**
   * Reads back what {@link #summary} wrote.
   *
   * @throws InvarException when anybody else has written it
   */
  static TrainingResult result(String directory, JsonNode summary) {
    String place = directory + "/summary.json";
    Map<String, Double> scores = new LinkedHashMap<>();
    ObjectNode rest =
        JSON.createObjectNode().putNull("classes").putNull("confusion").putNull(POSITIVE);
    summary
        .properties()
        .forEach(
            field -> {
              if (field.getKey().matches("(train|dev|test)[A-Z].*")) {
                scores.put(field.getKey(), field.getValue().asDouble(Double.NaN));
              } else if (!List.of("name", DATA, "skippedRows").contains(field.getKey())) {
                rest.set(field.getKey(), field.getValue());
              }
            });
    Summary read = read(rest, place);
    return new TrainingResult(
        directory,
        scores,
        read.epochs,
        read.steps,
        read.parameters,
        read.secondsTraining,
        read.samplesPerSecond,
        read.stoppedEarly,
        read.keptEpoch,
        read.history,
        Optional.ofNullable(read.confusion).map(rows -> matrix(rows, read.positiveClass)),
        read.classes == null ? List.of() : read.classes,
        read.optimalError);
  }

  private static Summary read(JsonNode summary, String place) {
    try {
      return Json.bind(summary, Summary.class, place);
    } catch (DamagedFileException e) {
      throw InvarException.of(
          e.place(),
          e.expected(),
          e.found(),
          "Delete the file: train --resume writes it again from the newest checkpoint.");
    }
  }

  private static ConfusionMatrix matrix(List<List<Double>> rows, @Nullable Integer positive) {
    double[] counts = rows.stream().flatMap(List::stream).mapToDouble(each -> each).toArray();
    return positive == null
        ? ConfusionMatrix.of(counts, 0, rows.size())
        : ConfusionMatrix.of(counts, 0, rows.size(), positive);
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
