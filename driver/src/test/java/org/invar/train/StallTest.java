package org.invar.train;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.SparkSession;
import org.invar.InvarException;
import org.invar.config.Job;
import org.invar.config.yaml.YamlDocument;
import org.invar.source.LocalSpark;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A worker that is alive and hangs ends the run with an error that says in what. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class StallTest {
  private static final String TIMEOUT = "spark.invar.stallTimeout";

  private static final String JOB =
      """
      name: stalls
      data: {train: {format: digits}, dev: {split: 0.2}, test: {split: 0.5}, scale: 16}
      model: {layers: [flatten, dense: 10, hang: {flag: %s, evaluating: %s}]}
      loss: softmaxCrossEntropy
      train: {epochs: 2, batchSize: 100, optimizer: sgd, schedule: {constant: 0.1}}
      checkpoint: {everySteps: 2}
      """;

  @TempDir private Path folder;
  private SparkSession spark;

  @BeforeEach
  void start() {
    System.setProperty(TIMEOUT, "5s");
    spark = LocalSpark.start(2);
  }

  @AfterEach
  void stop() {
    System.clearProperty(TIMEOUT);
    spark.stop();
  }

  @AfterAll
  static void release() {
    Hang.release();
  }

  @ParameterizedTest
  @CsvSource({"true, has scored no rows in an evaluation", "false, has computed nothing in a step"})
  void aLayerThatHangsIsNoticed(boolean evaluating, String said) {
    refused(job(evaluating), folder.resolve("run").toString(), said);
  }

  @Test
  void aStorageThatHangsIsNoticed() throws Exception {
    Path flag = folder.resolve("storage");
    var hadoop = spark.sparkContext().hadoopConfiguration();
    hadoop.set("fs.hanging.impl", HangingFiles.class.getName());
    hadoop.setBoolean("fs.hanging.impl.disable.cache", true);
    hadoop.set(HangingFiles.FLAG, flag.toString());
    Job job = job(true);
    Files.createFile(folder.resolve("layer")); // Nobody hangs in the layer.
    refused(job, "hanging:" + folder.resolve("run"), "has not written its files of a checkpoint");
    assertTrue(Files.exists(flag));
  }

  private Job job(boolean evaluating) {
    String text = JOB.formatted(folder.resolve("layer"), evaluating);
    return Job.of(YamlDocument.parse(text, "job"), Shake.binder());
  }

  private void refused(Job job, String directory, String said) {
    Trainer trainer = Trainer.of(spark, job).directory(directory);
    String message = assertThrows(InvarException.class, trainer::train).getMessage();
    assertTrue(message.startsWith("worker 0, executor driver, " + said + " for 5 s"), message);
    assertTrue(message.contains(TIMEOUT), message);
  }
}
