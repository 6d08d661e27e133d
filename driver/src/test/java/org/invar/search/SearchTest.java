package org.invar.search;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.invar.InvarException;
import org.invar.checkpoint.RunDirectory.Mode;
import org.invar.config.Job;
import org.invar.source.LocalSpark;
import org.invar.storage.Json;
import org.invar.train.TrainedModel;
import org.invar.train.Trainer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole searches in local mode. */
class SearchTest {
  /** Dropout, batch normalization and a V that is no power of two. */
  static final String JOB =
      """
      job:
        name: small
        data: {train: {format: digits}, dev: {split: 0.15}, test: {split: 0.6}, scale: 16}
        model:
          layers:
            - conv2d: {filters: 4, kernel: 3, padding: valid}
            - batchNorm
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

  @TempDir private static Path folder;
  private static SparkSession spark;

  @BeforeAll
  static void start() {
    spark = LocalSpark.start(2);
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  static SearchSpec spec(String more) {
    return SearchSpec.parse("name: s\n" + JOB + SPACE + more, "search.yaml");
  }

  private static Search search(SearchSpec spec, String name) {
    return Search.of(spark, spec).directory(folder.resolve(name).toString());
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

  private static byte[] weights(Path run) throws Exception {
    return Files.readAllBytes(run.resolve("model/weights.safetensors"));
  }

  @Test
  void neitherCoresNorPlacementReachTrialsAndScores() throws Exception {
    SearchSpec spec = spec("trials: 5\nstopping: none\n");
    SearchResult two = search(spec, "two").run();
    assertEquals(5, two.ranked().size());
    assertTrue(two.ranked().stream().allMatch(trial -> trial.status() == TrialStatus.FINISHED));
    assertEquals(5, two.times().get(0).parts());

    SearchSpec gangs = spec("trials: 5\nstopping: none\nplacement: gang\n");
    assertEquals(outcome(two.ranked()), outcome(search(gangs, "gangs").run().ranked()));

    spark.stop();
    spark = LocalSpark.start(1);
    SearchResult one = search(spec, "one").run();
    spark.stop();
    spark = LocalSpark.start(2);
    assertEquals(outcome(two.ranked()), outcome(one.ranked()));
    String best = "trials/%04d".formatted(two.best().orElseThrow().number());
    assertArrayEquals(
        weights(folder.resolve("two").resolve(best)), weights(folder.resolve("one").resolve(best)));
  }

  @Test
  void theBestJobTrainsToTheBestModel() throws Exception {
    SearchResult result = search(spec("trials: 4\nstopping: none\n"), "best").run();
    Path directory = folder.resolve("best");
    SearchedTrial best = result.best().orElseThrow();
    assertEquals(
        result.ranked().stream().mapToDouble(SearchedTrial::score).min().orElseThrow(),
        best.score());
    assertEquals(best.score(), best.finals().get("devLoss"));

    Job job = Job.load(directory.resolve("best.yaml"));
    Path again = folder.resolve("again");
    var trained = Trainer.of(spark, job).directory(again.toString()).train();
    assertEquals(best.finals(), trained.scores());
    assertArrayEquals(weights(again), weights(directory.resolve("best")));
    TrainedModel model = TrainedModel.load(spark, directory.resolve("best").toString());
    assertEquals(best.parameters(), model.network().layout().length());

    List<String> csv = Files.readAllLines(directory.resolve("trials.csv"));
    assertEquals(5, csv.size());
    assertTrue(csv.get(0).startsWith("rank,trial,stage,status,epochs,score,"), csv.get(0));
    List<Row> rows =
        spark.read().parquet(directory.resolve("trials.parquet").toString()).collectAsList();
    assertEquals(4, rows.size());
    Row first = rows.stream().filter(row -> row.getInt(0) == 1).findFirst().orElseThrow();
    assertEquals(best.number(), first.<Integer>getAs("trial"));
    assertEquals(best.score(), first.<Double>getAs("score"));
    assertEquals(
        best.values().get("train.schedule.constant").doubleValue(),
        first.<Double>getAs("train.schedule.constant"));
    assertTrue(Files.readString(directory.resolve("report.html")).contains("\"trials\":["));
    assertFalse(Files.exists(directory.resolve("trials/0000/checkpoints")));
  }

  @Test
  void whatCannotBeTrainedIsRecordedAndTheSearchGoesOn() throws Exception {
    SearchSpec spec =
        SearchSpec.parse(
            "name: s\n"
                + JOB.replace("keepBest: devLoss", "clip: {}")
                + """
                space:
                  model.layers[0].conv2d.kernel: {choice: [3, 9]}
                  train.optimizer: {choice: [adam, sgd]}
                  train.schedule.constant: {choice: [0.01, 1e30]}
                objective: devAccuracy
                trials: 12
                stopping: {asha: {reduction: 2}}
                """,
            "search.yaml");
    List<SearchedTrial> trials = search(spec, "failing").run().ranked();
    assertEquals(12, trials.size());
    int shapes = 0;
    int wild = 0;
    for (SearchedTrial trial : trials) {
      String failure = String.valueOf(trial.failure());
      if (trial.values().get("model.layers[0].conv2d.kernel").intValue() == 9) {
        assertTrue(failure.contains("layer conv2d1"), failure);
        shapes++;
      } else if (trial.values().get("train.schedule.constant").doubleValue() > 1) {
        assertTrue(failure.contains("NaN or infinity"), failure);
        wild++;
      } else {
        assertNotEquals(TrialStatus.FAILED, trial.status(), failure);
      }
    }
    assertTrue(shapes > 0 && wild > 0 && shapes + wild < 12, shapes + " and " + wild);
    assertEquals(TrialStatus.FINISHED, trials.get(0).status());
    String csv = Files.readString(folder.resolve("failing/trials.csv"));
    assertTrue(csv.contains("layer conv2d1") && csv.contains("NaN or infinity"), csv);
  }

  /** Somebody who stops the search after some parts. */
  private record Stopper(AtomicInteger left, List<Integer> ended) implements SearchListener {
    @Override
    public void ended(SearchedTrial trial, Standing standing) {
      ended.add(trial.number());
      if (left.decrementAndGet() == 0) {
        throw new IllegalStateException("stopped by the test");
      }
    }
  }

  private static List<Integer> stopAfter(int parts, Search search) {
    List<Integer> ended = new ArrayList<>();
    Search watched = search.listener(new Stopper(new AtomicInteger(parts), ended));
    assertThrows(IllegalStateException.class, watched::run);
    return ended;
  }

  @Test
  void aResumedSearchRepeatsNothingAndLosesNothing() throws Exception {
    SearchSpec spec = spec("trials: 6\nstopping: none\n");
    String whole = outcome(search(spec, "whole").run().ranked());
    List<Integer> before = stopAfter(2, search(spec, "stopped"));
    before.addAll(stopAfter(2, search(spec, "stopped").mode(Mode.RESUME)));
    // As a kill leaves it: the last line is cut short.
    Path journal = folder.resolve("stopped/journal-0001.jsonl");
    Files.writeString(journal, Files.readString(journal) + "{\"trial\": 5, \"sta");

    List<Integer> after = new ArrayList<>();
    SearchResult result =
        search(spec, "stopped")
            .mode(Mode.RESUME)
            .listener(new Stopper(new AtomicInteger(100), after))
            .run();
    assertEquals(whole, outcome(result.ranked()));
    after.addAll(before);
    assertEquals(List.of(0, 1, 2, 3, 4, 5), after.stream().sorted().toList());

    List<Integer> nothing = new ArrayList<>();
    result =
        search(spec, "stopped")
            .mode(Mode.RESUME)
            .listener(new Stopper(new AtomicInteger(100), nothing))
            .run();
    assertEquals(whole, outcome(result.ranked()));
    assertEquals(List.of(), nothing);
  }

  @Test
  void aPausedTrialGoesOnFromItsCheckpoint() {
    SearchSpec spec = spec("trials: 8\nstopping: {asha: {reduction: 2}}\n");
    stopAfter(5, search(spec, "asha"));
    SearchResult result = search(spec, "asha").mode(Mode.RESUME).run();
    assertEquals(8, result.ranked().size());
    String all = outcome(search(spec("trials: 8\nstopping: none\n"), "all").run().ranked());
    for (SearchedTrial trial : result.ranked()) {
      assertTrue(List.of(1, 2, 3).contains(trial.epochs()));
      String scores = trial.scores().toString().replace("]", "");
      assertTrue(all.contains(scores), scores + " is not in " + all);
    }
    assertEquals(3, result.ranked().get(0).epochs());
    assertEquals(1, result.ranked().get(7).epochs());
  }

  @Test
  void laterStagesKeepToTheBest() {
    SearchSpec spec =
        spec(
            """
            stopping: none
            stages:
              - {keys: train.schedule.constant, trials: 3}
              - {keys: [train.optimizer, train.optimizer.momentum.beta, train.batchSize], trials: 2}
              - {keys: ["model.layers[4].dense.units"], trials: 2, width: 0}
            """);
    stopAfter(5, search(spec, "stages"));
    List<SearchedTrial> trials = search(spec, "stages").mode(Mode.RESUME).run().ranked();
    assertEquals(outcome(trials), outcome(search(spec, "stages-whole").run().ranked()));
    List<SearchedTrial> firsts =
        Ranking.ranked(
            trials.stream().filter(trial -> trial.stage() < 2).toList(),
            spec.settings().objective());
    for (SearchedTrial trial : trials) {
      assertEquals(trial.number() < 3 ? 0 : trial.number() < 5 ? 1 : 2, trial.stage());
      if (trial.stage() < 2) { // The last stage keeps to the best, which may be of the first.
        assertEquals(trial.stage() == 1, trial.values().containsKey("train.batchSize"));
      }
      if (trial.stage() == 2) {
        assertTrue(trial.values().entrySet().containsAll(firsts.get(0).values().entrySet()));
        assertTrue(trial.values().containsKey("model.layers[4].dense.units"));
      }
    }
  }

  @Test
  void foldsGiveTheMean() throws Exception {
    SearchSpec spec = spec("trials: 1\nfolds: 2\n");
    SearchedTrial trial = search(spec, "folds").run().ranked().get(0);
    assertEquals(TrialStatus.FINISHED, trial.status());
    assertTrue(Files.exists(folder.resolve("folds/trials/0000/fold-1/model")));
    assertFalse(Files.exists(folder.resolve("folds/best")), "a model of some rows");
    String best = Files.readString(folder.resolve("folds/best.yaml"));
    assertTrue(best.contains("the mean of 2 folds; no model has seen all rows"), best);
    refused(spec("folds: 6\n"), "folds-many", "search.yaml", "at most V = 5", "6");
    refused(spec("folds: 2\nplacement: gang\n"), "folds-gang", "search.yaml", "folds: 1", "2");
  }

  private static void refused(SearchSpec spec, String name, String... parts) {
    Search search = search(spec, name);
    String message = assertThrows(InvarException.class, search::run).getMessage();
    for (String part : parts) {
      assertTrue(message.contains(part), part + " is not in: " + message);
    }
    assertFalse(Files.exists(folder.resolve(name)), "something was written");
  }

  @Test
  void directoriesAndMetricsAreChecked() throws Exception {
    SearchSpec spec = spec("trials: 1\n");
    refused(
        SearchSpec.parse("name: s\n" + JOB + SPACE.replace("devLoss", "devLos"), "search.yaml"),
        "metric",
        "search.yaml:28: objective",
        "devLoss",
        "devLos");
    search(spec, "there").run();
    Search again = search(spec, "there");
    assertTrue(assertThrows(InvarException.class, again::run).getMessage().contains("--resume"));
    Search other = search(spec("trials: 2\n"), "there").mode(Mode.RESUME);
    String message = assertThrows(InvarException.class, other::run).getMessage();
    assertTrue(message.contains("trials: 1") && message.contains("trials: 2"), message);
    assertEquals(
        2, search(spec("trials: 2\n"), "there").mode(Mode.OVERWRITE).run().ranked().size());

    Path foreign = Files.createDirectory(folder.resolve("foreign"));
    Files.writeString(foreign.resolve("search.yaml"), "name: mine\n");
    Search wrong = search(spec, "foreign").mode(Mode.OVERWRITE);
    assertThrows(InvarException.class, wrong::run);
    assertEquals("name: mine\n", Files.readString(foreign.resolve("search.yaml")));
  }

  @Test
  void deletesNothingThatASearchDidNotWrite() throws Exception {
    SearchSpec spec = spec("trials: 1\nstopping: none\n");
    Path foreign = Files.createDirectories(folder.resolve("photos"));
    Files.writeString(foreign.resolve("holiday.txt"), "mine");
    Path run = folder.resolve("a-run");
    Trainer.of(spark, spec.job()).directory(run.toString()).train();
    byte[] weights = weights(run);
    for (Mode mode : List.of(Mode.OVERWRITE, Mode.RESUME, Mode.NEW)) {
      for (String name : List.of("photos", "a-run")) {
        Search search = search(spec, name).mode(mode);
        String message = assertThrows(InvarException.class, search::run).getMessage();
        assertTrue(message.contains(name) && message.contains("--out"), message);
      }
    }
    assertEquals("mine", Files.readString(foreign.resolve("holiday.txt")));
    assertFalse(Files.exists(foreign.resolve("search.yaml")));
    assertArrayEquals(weights, weights(run));

    search(spec, "replaced").run();
    Path replaced = folder.resolve("replaced");
    Files.writeString(replaced.resolve("notes.txt"), "mine");
    Files.writeString(replaced.resolve("trials/0000/old.txt"), "the search's");
    search(spec, "replaced").mode(Mode.OVERWRITE).run();
    assertEquals("mine", Files.readString(replaced.resolve("notes.txt")));
    assertFalse(Files.exists(replaced.resolve("trials/0000/old.txt")));
    assertTrue(Files.exists(replaced.resolve("best/model")));
  }

  @Test
  void whatIsNotATrialsOwnStopsTheSearchAndIsNotItsEnd() throws Exception {
    for (String placement : List.of("executor", "gang")) {
      SearchSpec spec = spec("trials: 3\nstopping: none\nplacement: " + placement + "\n");
      String name = "storage-" + placement;
      Path trials = folder.resolve(name).resolve("trials");
      SearchListener breaking =
          new SearchListener() {
            @Override
            public void started(Started started) {
              try {
                Files.writeString(trials, "a file in the way");
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            }
          };
      Search search = search(spec, name).listener(breaking);
      String message = assertThrows(InvarException.class, search::run).getMessage();
      assertTrue(message.contains("trial ") && message.contains("--resume"), message);
      String journal = Files.readString(folder.resolve(name).resolve("journal-0000.jsonl"));
      assertTrue(journal.contains("values") && !journal.contains("finished"), journal);

      Files.delete(trials);
      List<SearchedTrial> all = search(spec, name).mode(Mode.RESUME).run().ranked();
      assertEquals(3, all.size());
      assertTrue(all.stream().allMatch(trial -> trial.status() == TrialStatus.FINISHED));
    }
  }

  @Test
  void aStageThatHasBegunKeepsToWhatItBeganWith() throws Exception {
    SearchSpec spec =
        spec(
            """
            stopping: none
            stages:
              - {keys: train.schedule.constant, trials: 2}
              - keys: [train.batchSize, train.optimizer, train.optimizer.momentum.beta, "model.layers[4].dense.units"]
                trials: 8
                width: 0
            """);
    stopAfter(3, search(spec, "fixed"));
    Path file = folder.resolve("fixed/stage-0001.json");
    ObjectNode focus = (ObjectNode) Json.MAPPER.readTree(Files.readString(file));
    focus.withObjectProperty("best").put("train.schedule.constant", 0.0125);
    Files.write(file, Json.text(focus));
    List<SearchedTrial> trials = search(spec, "fixed").mode(Mode.RESUME).run().ranked();
    assertEquals(10, trials.size());
    SearchedTrial last = trials.stream().filter(trial -> trial.number() == 9).findFirst().get();
    assertEquals(0.0125, last.values().get("train.schedule.constant").doubleValue());
  }
}
