package org.invar.search;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.sql.Row;
import org.invar.checkpoint.RunDirectory.Mode;
import org.invar.config.Job;
import org.invar.score.TrainedModel;
import org.invar.storage.Json;
import org.invar.train.Trainer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Whole searches in local mode. */
class SearchTest {
  @RegisterExtension static final Searches searches = new Searches();

  @Test
  void neitherCoresNorPlacementReachTrialsAndScores() throws Exception {
    SearchSpec spec = Searches.spec("trials: 5\nstopping: none\n");
    SearchResult two = searches.of(spec, "two").run();
    assertEquals(5, two.ranked().size());
    assertTrue(two.ranked().stream().allMatch(trial -> trial.status() == TrialStatus.FINISHED));
    assertEquals(5, two.times().get(0).parts());

    SearchSpec gangs = Searches.spec("trials: 5\nstopping: none\nplacement: gang\n");
    assertEquals(
        Searches.outcome(two.ranked()),
        Searches.outcome(searches.of(gangs, "gangs").run().ranked()));

    searches.restart(1);
    SearchResult one = searches.of(spec, "one").run();
    searches.restart(2);
    assertEquals(Searches.outcome(two.ranked()), Searches.outcome(one.ranked()));
    String best = "trials/%04d".formatted(two.best().orElseThrow().number());
    assertArrayEquals(
        Searches.weights(searches.directory("two").resolve(best)),
        Searches.weights(searches.directory("one").resolve(best)));
  }

  @Test
  void theBestJobTrainsToTheBestModel() throws Exception {
    SearchResult result = searches.of(Searches.spec("trials: 4\nstopping: none\n"), "best").run();
    Path directory = searches.directory("best");
    SearchedTrial best = result.best().orElseThrow();
    assertEquals(
        result.ranked().stream().mapToDouble(SearchedTrial::score).min().orElseThrow(),
        best.score());
    assertEquals(best.score(), best.finals().get("devLoss"));

    Job job = Job.load(directory.resolve("best.yaml"));
    Path again = searches.directory("again");
    var trained = Trainer.of(searches.spark(), job).directory(again.toString()).train();
    assertEquals(best.finals(), trained.scores());
    assertArrayEquals(Searches.weights(again), Searches.weights(directory.resolve("best")));
    TrainedModel model = TrainedModel.load(searches.spark(), directory.resolve("best").toString());
    assertEquals(best.parameters(), model.network().layout().length());

    List<String> csv = Files.readAllLines(directory.resolve("trials.csv"));
    assertEquals(5, csv.size());
    assertTrue(csv.get(0).startsWith("rank,trial,stage,status,epochs,score,"), csv.get(0));
    List<Row> rows =
        searches
            .spark()
            .read()
            .parquet(directory.resolve("trials.parquet").toString())
            .collectAsList();
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
  void laterStagesKeepToTheBest() {
    SearchSpec spec =
        Searches.spec(
            """
            stopping: none
            stages:
              - {keys: train.schedule.constant, trials: 3}
              - {keys: [train.optimizer, train.optimizer.momentum.beta, train.batchSize], trials: 2}
              - {keys: ["model.layers[4].dense.units"], trials: 2, width: 0}
            """);
    Searches.stopAfter(5, searches.of(spec, "stages"));
    List<SearchedTrial> trials = searches.of(spec, "stages").mode(Mode.RESUME).run().ranked();
    assertEquals(
        Searches.outcome(trials),
        Searches.outcome(searches.of(spec, "stages-whole").run().ranked()));
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
    SearchSpec spec = Searches.spec("trials: 1\nfolds: 2\n");
    SearchedTrial trial = searches.of(spec, "folds").run().ranked().get(0);
    assertEquals(TrialStatus.FINISHED, trial.status());
    assertTrue(Files.exists(searches.directory("folds/trials/0000/fold-1/model")));
    JsonNode one = summary("folds/trials/0000/fold-0");
    JsonNode other = summary("folds/trials/0000/fold-1");
    assertNotEquals(one.get("devLoss"), other.get("devLoss"));
    assertTrue(trial.finals().keySet().containsAll(List.of("trainLoss", "devLoss", "testLoss")));
    trial
        .finals()
        .forEach(
            (name, mean) ->
                assertEquals(
                    (one.get(name).doubleValue() + other.get(name).doubleValue()) / 2, mean, name));
    assertEquals(trial.finals().get("devLoss"), trial.score());
    assertFalse(Files.exists(searches.directory("folds/best")), "a model of some rows");
    String best = Files.readString(searches.directory("folds/best.yaml"));
    assertTrue(best.contains("the mean of 2 folds; no model has seen all rows"), best);
    searches.refused(
        Searches.spec("folds: 6\n"), "folds-many", "search.yaml", "at most V = 5", "6");
  }

  private static JsonNode summary(String run) throws Exception {
    return Json.MAPPER.readTree(searches.directory(run).resolve("summary.json").toFile());
  }

  /** The long one ends only when four of the short ones have: whoever waited for it would hang. */
  @Test
  void shortTrialsDoNotWaitForALongOne() throws Exception {
    Path open = Files.createFile(searches.directory("open"));
    Path shut = searches.directory("shut");
    String gate = "model.layers[7].gate";
    String text =
        "name: s\n"
            + Searches.jobWith("gate: none")
            + "space:\n  train.l2: {uniform: [0, 1e-6]}\n"
            + "  %s: {choice: [\"%s\", \"%s\"]}\n".formatted(gate, open, shut)
            + "objective: devLoss\ntrials: 7\nstopping: none\n";
    SearchSpec spec = OwnLayerSearch.spec(OwnLayerSearch.once(text, gate, shut.toString()));
    List<Boolean> ends = new ArrayList<>();
    searches
        .of(spec, "unequal")
        .listener(
            new SearchListener() {
              @Override
              public void ended(SearchedTrial trial, Standing standing) {
                ends.add(trial.values().get(gate).asText().equals(shut.toString()));
                if (ends.size() == 4) {
                  try {
                    Files.createFile(shut);
                  } catch (IOException e) {
                    throw new UncheckedIOException(e);
                  }
                }
              }
            })
        .run();
    assertEquals(7, ends.size());
    assertTrue(ends.indexOf(true) >= 4, "the long one is true: " + ends);
  }

  /** Returns the properties of the jobs that start from now on; whole when Spark has stopped. */
  private static Queue<Properties> startedJobs() {
    Queue<Properties> jobs = new ConcurrentLinkedQueue<>();
    searches
        .spark()
        .sparkContext()
        .addSparkListener(
            new SparkListener() {
              @Override
              public void onJobStart(SparkListenerJobStart job) {
                jobs.add(job.properties());
              }
            });
    return jobs;
  }

  @Test
  void theCallersGroupAndPoolStay() {
    Queue<Properties> jobs = startedJobs();
    var context = JavaSparkContext.fromSparkContext(searches.spark().sparkContext());
    context.setJobGroup("mine", "my work", false);
    context.setLocalProperty("spark.scheduler.pool", "my-pool");
    searches.of(Searches.spec("trials: 1\nstopping: none\n"), "callers").run();
    assertEquals("mine", context.getLocalProperty("spark.jobGroup.id"));
    assertEquals("my work", context.getLocalProperty("spark.job.description"));
    assertEquals("false", context.getLocalProperty("spark.job.interruptOnCancel"));
    searches.restart(2); // The listener has heard of everything.
    Properties trial =
        jobs.stream()
            .filter(job -> job.getProperty("spark.jobGroup.id", "").endsWith("/0000"))
            .findFirst()
            .orElseThrow();
    assertEquals("my-pool", trial.getProperty("spark.scheduler.pool"));
  }

  /** Spark's pages and other tools tell trials by these. */
  @Test
  void jobsNameTheirTrials() {
    Queue<Properties> jobs = startedJobs();
    searches.of(Searches.spec("trials: 2\nstopping: none\n"), "named").run();
    searches.restart(2); // The listener has heard of everything.
    for (int trial = 0; trial < 2; trial++) {
      String group = "/000" + trial;
      List<Properties> own =
          jobs.stream()
              .filter(job -> job.getProperty("spark.jobGroup.id", "").endsWith(group))
              .toList();
      assertEquals(1, own.size());
      Properties job = own.get(0);
      assertTrue(job.getProperty("spark.jobGroup.id").startsWith("invar-search-s-"));
      assertEquals("invar-search", job.getProperty("spark.scheduler.pool"));
      String description = job.getProperty("spark.job.description");
      assertTrue(
          description.startsWith("s trial %d to epoch 3: constant ".formatted(trial)), description);
    }
  }
}
