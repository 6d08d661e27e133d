package org.invar.score;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import org.invar.InvarException;
import org.invar.checkpoint.RunDirectory;
import org.invar.config.DataSettings;
import org.invar.config.Job;
import org.invar.config.ShardSetting;
import org.invar.config.TrainSettings;
import org.invar.config.bind.Binder;
import org.invar.config.yaml.HiddenSecrets;
import org.invar.config.yaml.KeyPath;
import org.invar.config.yaml.YamlDocument;
import org.invar.data.Shards;
import org.invar.prepare.Preparation;
import org.invar.source.PackedDataset;
import org.invar.source.Preprocessing;
import org.invar.source.Split;

/** The data of a finished run, divided and sharded as it was for training. */
public final class RunData {
  /** The key of V in {@code summary.json}. */
  public static final String SHARDS = "shards";

  private final SparkSession spark;
  private final RunDirectory directory;
  private final Job job;

  private RunData(SparkSession spark, RunDirectory directory, Job job) {
    this.spark = spark;
    this.directory = directory;
    this.job = job;
  }

  /**
   * Reads the job of a run.
   *
   * @param directory the run's directory, of any Hadoop file system
   * @param binder knows the names of all layers in the job
   * @param settings {@code key=value} each, which replace some of the run's
   * @throws InvarException when no run is there
   */
  static RunData open(SparkSession spark, String directory, Binder binder, String... settings)
      throws IOException {
    Path path = new Path(directory);
    var run = RunDirectory.read(path, spark.sparkContext().hadoopConfiguration());
    var document = YamlDocument.recorded(run.job(), new Path(path, "job.yaml").toString());
    for (String assignment : settings) {
      document = document.with(assignment);
    }
    return new RunData(spark, run, Job.of(document, binder));
  }

  /** Returns the splits that the job has. */
  List<Split> splits() {
    DataSettings data = job.settings().data();
    List<Split> splits = new ArrayList<>(List.of(Split.TRAIN));
    if (data.dev() != null) {
      splits.add(Split.DEV);
    }
    if (data.test() != null) {
      splits.add(Split.TEST);
    }
    return splits;
  }

  /**
   * Packs one split into as many shards as the run had.
   *
   * @param fitted the model's preprocessing
   * @throws InvarException when the job has no such split, the run is not finished, or the data
   *     cannot be read
   */
  PackedDataset pack(Split split, Preprocessing fitted) throws IOException {
    if (!splits().contains(split)) {
      throw InvarException.of(
          directory.path().toString(),
          "one of the run's splits, "
              + String.join(", ", splits().stream().map(Split::label).toList()),
          split.label(),
          "Choose one of these, or name other rows to evaluate.");
    }
    requireNoneHidden();
    int shards = directory.summary().map(summary -> summary.path(SHARDS).asInt()).orElse(0);
    TrainSettings train = job.settings().train();
    boolean named = train.shards() instanceof ShardSetting.Fixed;
    int most =
        train.shards() instanceof ShardSetting.Fixed fixed
            ? fixed.count()
            : Shards.auto(train.batchSize(), Long.MAX_VALUE);
    if (shards < 1 || shards > most || (named && shards != most)) {
      throw InvarException.of(
          directory.path().toString(),
          "a finished run, with its shards in summary.json",
          shards < 1 ? "none" : shards + ", which its job cannot have",
          "Let the run end with train --resume, or name other rows to evaluate.");
    }
    int partitions = spark.sparkContext().defaultParallelism();
    return Preparation.pack(spark, job, fitted, split, shards, partitions);
  }

  /** Refuses data that cannot be read without what the run has not kept. */
  private void requireNoneHidden() {
    List<String> hidden = HiddenSecrets.keys(job.tree().path("data"), KeyPath.parse("data"));
    if (!hidden.isEmpty()) {
      throw InvarException.of(
          directory.path() + "/job.yaml",
          "data that can be read again",
          "secrets, which no run keeps, in " + String.join(", ", hidden),
          "Give each with --set, as in --set "
              + hidden.get(0)
              + "=…, or name other rows to evaluate.");
    }
  }
}
