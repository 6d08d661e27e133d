package org.invar.train;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.invar.InvarException;
import org.invar.compute.OutOfMemory;
import org.invar.config.Job;
import org.invar.config.Vocabulary;
import org.invar.config.yaml.YamlDocument;
import org.invar.nn.Layer;
import org.invar.source.LocalSpark;
import org.invar.source.SparkFailures;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** No memory is one sentence with what there is and the setting, and never the process's end. */
class OutOfMemoryTest {
  private static final String JOB =
      """
      name: hungry
      data: {train: {format: digits}, dev: {split: 0.5}, test: {split: 0.4}, scale: 16}
      model: {layers: [flatten, LAYERS]}
      loss: softmaxCrossEntropy
      train: {epochs: 1, batchSize: 100, optimizer: adam, schedule: {constant: 0.1}, exchange: EX}
      """;

  private static SparkSession spark;

  @TempDir private Path folder;

  @BeforeAll
  static void start() {
    spark = LocalSpark.start(2);
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private InvarException refused(String layers, String exchange) {
    var binder = Vocabulary.standard().register(Layer.class, List.of(Hungry.class));
    String text = JOB.replace("LAYERS", layers).replace("EX", exchange);
    Job job = Job.of(YamlDocument.parse(text, "job.yaml"), binder);
    Trainer trainer = Trainer.of(spark, job).directory(folder.resolve("run").toString());
    return assertThrows(InvarException.class, trainer::train);
  }

  /** Spark would end this process for an error that it sees in a task. */
  @ParameterizedTest
  @CsvSource({
    "heap, gang, Java heap space",
    "heap, driver, Java heap space",
    "javacpp, gang, physicalBytes (9G) > maxPhysicalBytes (8G)",
    "nd4j, gang, no memory for 9 GB",
    "nd4j, driver, no memory for 9 GB",
    "inside, gang, Direct buffer memory",
  })
  void inAStep(String where, String exchange, String asked) {
    InvarException failure = refused("hungry: " + where + ", dense: 10", exchange);
    String message = failure.getMessage();
    String place = exchange.equals("gang") ? "worker 0 of 1, executor driver: " : "task ";
    assertTrue(message.startsWith(place), message);
    assertTrue(message.contains("out of memory (") && message.contains(asked), message);
    assertTrue(message.matches("(?s).* MiB of [0-9,]+ MiB of heap in use.*"), message);
    assertTrue(message.contains("INVAR_HEAP, or --driver-memory"), message);
    assertFalse(message.contains("interrupted") || message.contains("\n"), message);
    assertNull(OutOfMemory.behind(failure));
  }

  @ParameterizedTest
  @CsvSource({
    "gang, 'dense: 12000, dense: 60000, dense: 10'",
    "driver, 'dense: 12000, dense: 40000, dense: 10'",
  })
  void whatCannotFitIsRefusedBeforeAnythingIsWritten(String exchange, String layers) {
    String message = refused(layers, exchange).getMessage();
    assertTrue(message.startsWith("job.yaml:3: model: expected "), message);
    boolean vector = message.contains("at most 536870911 parameters");
    assertTrue(vector || message.matches(".*at least [0-9,]+ MiB of heap for .*"), message);
    assertFalse(Files.exists(folder.resolve("run")), message);
  }

  /** As where a job of Spark's own code has none. */
  @Test
  void inAnyJob() {
    String message =
        assertThrows(
                InvarException.class,
                () ->
                    SparkFailures.explained(
                        "rows.csv",
                        () -> {
                          throw new IllegalStateException(new OutOfMemoryError("Java heap space"));
                        }))
            .getMessage();
    assertTrue(message.startsWith("rows.csv: out of memory (Java heap space), with "), message);
  }
}
