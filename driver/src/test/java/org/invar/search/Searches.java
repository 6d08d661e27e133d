package org.invar.search;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.apache.commons.io.FileUtils;
import org.apache.spark.sql.SparkSession;
import org.invar.InvarException;
import org.invar.source.LocalSpark;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Small searches of a test class on Spark in this JVM, each in a directory of its name. */
final class Searches implements BeforeAllCallback, AfterAllCallback {
  /** Dropout, batch normalization and a V that is no power of two. */
  static final String JOB =
      """
      job:
        name: small
        data: {train: {format: digits}, dev: {split: 0.15}, test: {split: 0.6}, scale: 16}
        model:
          layers:
            - conv2d: {filters: 4, kernel: 3, padding: valid}
            - batchNorm: {momentum: 0.9}
            - activate: relu
            - flatten
            - dense: {units: 16, activation: relu}
            - dropout: 0.1
            - dense: 10
        loss: softmaxCrossEntropy
        train:
          epochs: 3
          batchSize: 64
          shards: 5
          optimizer: adam
          schedule: {constant: 0.01}
          keepBest: devLoss
      """;

  static final String SPACE =
      """
      space:
        train.schedule.constant: {logUniform: [1e-3, 3e-2]}
        train.optimizer: {choice: [adam, momentum]}
        train.optimizer.momentum.beta: {oneMinusLogUniform: [0.5, 0.99]}
        train.batchSize: {choice: [50, 100]}
        model.layers[4].dense.units: {intLogUniform: [8, 32]}
      objective: devLoss
      """;

  /** Returns the text of the job with one more layer, the eighth. */
  static String jobWith(String layer) {
    return JOB.replace("- dense: 10\n", "- dense: 10\n      - " + layer + "\n");
  }

  /** Returns the text of a search whose trials all wait before a gate. */
  static String gated(Path gate) {
    return "name: s\n" + jobWith("gate: {file: \"" + gate + "\"}") + SPACE + "stopping: none\n";
  }

  private @Nullable Path folder;
  private @Nullable SparkSession spark;

  @Override
  public void beforeAll(ExtensionContext context) throws IOException {
    folder = Files.createTempDirectory("searches");
    spark = LocalSpark.start(2);
  }

  @Override
  public void afterAll(ExtensionContext context) throws IOException {
    spark().stop();
    FileUtils.deleteDirectory(folder().toFile());
  }

  private Path folder() {
    return Objects.requireNonNull(folder);
  }

  /** Ends Spark and starts it anew with so many cores. */
  void restart(int cores) {
    spark().stop();
    spark = LocalSpark.start(cores);
  }

  SparkSession spark() {
    return Objects.requireNonNull(spark);
  }

  Path directory(String name) {
    return folder().resolve(name);
  }

  /** Returns the search of the job over the space, with more settings. */
  static SearchSpec spec(String more) {
    return SearchSpec.parse("name: s\n" + JOB + SPACE + more, "search.yaml");
  }

  /** Returns a search that goes into the directory of a name. */
  Search of(SearchSpec spec, String name) {
    return Search.of(spark(), spec).directory(directory(name).toString());
  }

  /** Everything of trials that may not depend on who ran them. */
  static String outcome(List<SearchedTrial> trials) {
    return trials.stream()
        .map(
            trial ->
                trial.number()
                    + " "
                    + trial.values()
                    + " "
                    + trial.status()
                    + " "
                    + trial.scores()
                    + " "
                    + trial.curves()
                    + " "
                    + trial.finals())
        .collect(Collectors.joining("\n"));
  }

  /** Returns the bytes of the weights that a run has ended with. */
  static byte[] weights(Path run) throws IOException {
    return Files.readAllBytes(run.resolve("model/weights.safetensors"));
  }

  /** Somebody who stops the search after some parts. */
  record Stopper(AtomicInteger left, List<Integer> ended) implements SearchListener {
    @Override
    public void ended(SearchedTrial trial, Standing standing) {
      ended.add(trial.number());
      if (left.decrementAndGet() == 0) {
        throw new IllegalStateException("stopped by the test");
      }
    }
  }

  /** Returns the trials whose parts ended before the search was stopped. */
  static List<Integer> stopAfter(int parts, Search search) {
    List<Integer> ended = new ArrayList<>();
    Search watched = search.listener(new Stopper(new AtomicInteger(parts), ended));
    assertThrows(IllegalStateException.class, watched::run);
    return ended;
  }

  /** Asserts that a search is refused with a message of these parts, and writes nothing. */
  void refused(SearchSpec spec, String name, String... parts) {
    Search search = of(spec, name);
    String message = assertThrows(InvarException.class, search::run).getMessage();
    for (String part : parts) {
      assertTrue(message.contains(part), part + " is not in: " + message);
    }
    assertFalse(Files.exists(directory(name)), "something was written");
  }
}
