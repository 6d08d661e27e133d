package org.invar.cli;

import java.nio.file.Path;
import org.apache.spark.sql.SparkSession;
import org.invar.config.Job;
import org.invar.train.Trainer;

/** Small runs that the tests of commands need. */
final class Runs {
  static final Path RECIPES = Path.of(System.getProperty("invar.root"), "conf");
  static final Path WINE = RECIPES.resolve("data/wine.csv");

  private Runs() {}

  /** Trains the recipe for wine for some epochs. */
  static void wine(SparkSession spark, Path directory) {
    Job job =
        Job.load(
            RECIPES.resolve("wine.yaml"),
            "data.train.path=" + WINE,
            "train.epochs=6",
            "train.batchSize=32");
    train(spark, job, directory);
  }

  /** Trains one layer on the digits for one epoch. */
  static void digits(SparkSession spark, Path directory) {
    String job =
        """
        name: digits
        data: {train: {format: digits}, scale: 16}
        model: {layers: [flatten, {dense: 10}]}
        loss: softmaxCrossEntropy
        train: {epochs: 1, batchSize: 200, optimizer: adam, schedule: {constant: 0.05}}
        """;
    train(spark, Job.parse(job, "digits"), directory);
  }

  static void train(SparkSession spark, Job job, Path directory) {
    Trainer.of(spark, job).directory(directory.toString()).train();
  }
}
