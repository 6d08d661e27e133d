package org.invar.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.invar.InvarException;
import org.invar.gang.StepTimings;
import org.invar.score.ConfusionJson;
import org.invar.score.RunData;
import org.invar.source.SkippedRows;
import org.invar.source.Split;
import org.invar.source.SplitTally;
import org.invar.storage.DamagedFileException;
import org.invar.storage.Json;
import org.jspecify.annotations.Nullable;

/**
 * What a run writes for programs to read: lines of {@code metrics.jsonl} and {@code summary.json}.
 */
public final class Reports {
  /** Steps between two lines of {@code metrics.jsonl}. */
  static final int STEPS_A_LINE = 10;

  /** The key of what a run was trained on in {@code summary.json}: rows and hash of each split. */
  static final String DATA = "data";

  private Reports() {}

  static ObjectNode step(TrainingListener.Step step, StepTimings timings) {
    ObjectNode line =
        Json.MAPPER
            .createObjectNode()
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
        Json.MAPPER
            .createObjectNode()
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
    ObjectNode summary = Json.MAPPER.createObjectNode().put("name", name);
    result.scores().forEach(summary::put);
    summary
        .put("epochs", result.epochs())
        .put("steps", result.steps())
        .put("keptEpoch", result.keptEpoch())
        .put("stoppedEarly", result.stoppedEarly())
        .put("parameters", result.parameters())
        .put(RunData.SHARDS, shards)
        .put("secondsTraining", thousandths(result.secondsTraining()))
        .put("samplesPerSecond", Math.round(result.samplesPerSecond()))
        .put("optimalError", result.optimalError());
    if (!result.classes().isEmpty()) {
      summary.set("classes", Json.MAPPER.valueToTree(result.classes()));
    }
    result.confusion().ifPresent(matrix -> ConfusionJson.put(summary, matrix));
    if (!tallies.isEmpty()) {
      summary.set(DATA, SplitTally.json(tallies));
    }
    if (!skippedRows.isEmpty()) {
      ArrayNode skipped = summary.putArray("skippedRows");
      for (SkippedRows rows : skippedRows) {
        ObjectNode source =
            skipped.addObject().put("source", rows.source()).put("rows", rows.rows());
        source.set("reasons", Json.MAPPER.valueToTree(rows.reasons()));
      }
    }
    summary.set("history", Json.MAPPER.valueToTree(result.history()));
    return summary;
  }

  /** Returns the lines of the rows that were left out. */
  public static String skipped(List<SkippedRows> skipped) {
    StringBuilder lines = new StringBuilder();
    for (SkippedRows rows : skipped) {
      for (SkippedRows.Skipped row : rows.first()) {
        lines.append(Json.MAPPER.<ObjectNode>valueToTree(row)).append('\n');
      }
    }
    return lines.toString();
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
  public static TrainingResult result(String directory, JsonNode summary) {
    String place = directory + "/summary.json";
    Map<String, Double> scores = new LinkedHashMap<>();
    ObjectNode rest =
        Json.MAPPER
            .createObjectNode()
            .putNull("classes")
            .putNull("confusion")
            .putNull(ConfusionJson.POSITIVE);
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
        Optional.ofNullable(read.confusion)
            .map(rows -> ConfusionJson.read(rows, read.positiveClass)),
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

  private static double thousandths(double value) {
    return Math.round(value * 1000) / 1000.0;
  }
}
