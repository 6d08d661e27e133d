package org.invar.search;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.invar.config.Job;
import org.invar.storage.Json;

/** Writes what a search found: tables, the best job and its model, and the report. */
final class SearchOutputs {
  /** The best job, ready to be trained. */
  static final String BEST_JOB = "best.yaml";

  /** The best trial's run, with its model; with folds there is none of all rows. */
  static final String BEST_RUN = "best";

  static final String REPORT = "report.html";
  static final String TABLE = "trials.csv";
  static final String PARQUET = "trials.parquet";
  static final String SUMMARY = "summary.json";
  private static final List<String> OF_A_RUN =
      List.of("job.yaml", "metrics.jsonl", "model", "summary.json");

  private final SparkSession spark;
  private final SearchSpec spec;
  private final SearchDirectory directory;
  private final int shards;

  SearchOutputs(SparkSession spark, SearchSpec spec, SearchDirectory directory, int shards) {
    this.spark = spark;
    this.spec = spec;
    this.directory = directory;
    this.shards = shards;
  }

  void write(SearchResult result) throws IOException {
    var table = new TrialTable(spec.settings());
    directory.write(TABLE, table.csv(result.ranked()));
    spark
        .createDataFrame(table.rows(result.ranked()), table.schema(result.ranked()))
        .coalesce(1)
        .write()
        .mode(SaveMode.Overwrite)
        .parquet(directory.path(PARQUET).toString());
    if (result.best().isPresent()) {
      best(result.best().get());
    }
    directory.write(REPORT, new HtmlReport(spec).html(result.ranked()));
    directory.write(SUMMARY, new String(Json.text(summary(result)), StandardCharsets.UTF_8));
    for (SearchedTrial trial : result.ranked()) {
      for (int fold = 0; fold < spec.settings().folds(); fold++) {
        directory.deleteCheckpoints(trial.run(fold, spec.settings().folds()));
      }
    }
  }

  private void best(SearchedTrial trial) throws IOException {
    String name = spec.job().name() + "-best";
    Job job = spec.job(trial.values(), name, "runs/" + name, shards);
    int folds = spec.settings().folds();
    String mean = folds == 1 ? "" : ", the mean of " + folds + " folds; no model has seen all rows";
    directory.write(
        BEST_JOB,
        String.format(
            Locale.ROOT,
            "# Trial %d of the search %s: %s %s%s. Train it with: bin/invar train best.yaml\n%s",
            trial.number(),
            spec.settings().name(),
            spec.settings().objective().metric(),
            trial.score(),
            mean,
            job.yaml()));
    if (folds == 1) {
      directory.copy(trial.run(0, folds), BEST_RUN, OF_A_RUN);
    }
  }

  private ObjectNode summary(SearchResult result) {
    SearchSettings settings = spec.settings();
    ObjectNode summary = Json.MAPPER.createObjectNode().put("name", settings.name());
    summary.put("metric", settings.objective().metric()).put("trials", result.ranked().size());
    long failed =
        result.ranked().stream().filter(trial -> trial.status() == TrialStatus.FAILED).count();
    summary.put("repeated", Math.max(0, settings.trials() - result.ranked().size()));
    summary.put("failed", failed).put("shards", shards);
    summary.put("epochs", result.ranked().stream().mapToInt(SearchedTrial::epochs).sum());
    result
        .best()
        .ifPresent(
            trial -> {
              ObjectNode best = summary.putObject("best");
              best.put("trial", trial.number()).put("score", trial.score());
              ObjectNode values = best.putObject("values");
              trial.values().forEach((key, value) -> values.set(key, value));
              ObjectNode finals = best.putObject("scores");
              trial.finals().forEach(finals::put);
            });
    summary.set("stages", Json.MAPPER.valueToTree(result.times()));
    return summary;
  }
}
