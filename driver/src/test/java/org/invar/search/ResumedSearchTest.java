package org.invar.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.invar.InvarException;
import org.invar.checkpoint.RunDirectory.Mode;
import org.invar.storage.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Searches that are stopped and go on. */
class ResumedSearchTest {
  @RegisterExtension static final Searches searches = new Searches();

  @Test
  void aResumedSearchRepeatsNothingAndLosesNothing() throws Exception {
    SearchSpec spec = Searches.spec("trials: 6\nstopping: none\n");
    String whole = Searches.outcome(searches.of(spec, "whole").run().ranked());
    List<Integer> before = Searches.stopAfter(2, searches.of(spec, "stopped"));
    before.addAll(Searches.stopAfter(2, searches.of(spec, "stopped").mode(Mode.RESUME)));
    // As a kill leaves it: the last line is cut short.
    Path journal = searches.directory("stopped/journal-0001.jsonl");
    Files.writeString(journal, Files.readString(journal) + "{\"trial\": 5, \"sta");

    List<Integer> after = new ArrayList<>();
    SearchResult result =
        searches
            .of(spec, "stopped")
            .mode(Mode.RESUME)
            .listener(new Searches.Stopper(new AtomicInteger(100), after))
            .run();
    assertEquals(whole, Searches.outcome(result.ranked()));
    after.addAll(before);
    assertEquals(List.of(0, 1, 2, 3, 4, 5), after.stream().sorted().toList());

    List<Integer> nothing = new ArrayList<>();
    result =
        searches
            .of(spec, "stopped")
            .mode(Mode.RESUME)
            .listener(new Searches.Stopper(new AtomicInteger(100), nothing))
            .run();
    assertEquals(whole, Searches.outcome(result.ranked()));
    assertEquals(List.of(), nothing);
  }

  @Test
  void anInterruptedCallerKeepsItsFlagAndLeavesNothingBehind() throws Exception {
    SearchSpec spec = Searches.spec("trials: 500\nstopping: none\n");
    List<Integer> before = new CopyOnWriteArrayList<>();
    Queue<String> warnings = new ConcurrentLinkedQueue<>();
    AtomicReference<Throwable> failure = new AtomicReference<>();
    AtomicBoolean interrupted = new AtomicBoolean();
    var two = new CountDownLatch(2);
    Search search =
        searches
            .of(spec, "interrupted")
            .listener(
                new SearchListener() {
                  @Override
                  public void ended(SearchedTrial trial, Standing standing) {
                    before.add(trial.number());
                    two.countDown();
                  }

                  @Override
                  public void warning(String warning) {
                    warnings.add(warning);
                  }
                });
    Thread caller =
        new Thread(
            () -> {
              try {
                search.run();
              } catch (Throwable e) {
                failure.set(e);
              }
              interrupted.set(Thread.currentThread().isInterrupted());
            });
    caller.start();
    assertTrue(two.await(1, TimeUnit.MINUTES));
    caller.interrupt();
    caller.join(TimeUnit.MINUTES.toMillis(1));
    assertFalse(caller.isAlive());
    assertTrue(String.valueOf(failure.get()).contains("interrupted with "), "" + failure.get());
    assertTrue(interrupted.get());
    assertEquals(List.of(), List.copyOf(warnings));
    var tracker = searches.spark().sparkContext().statusTracker();
    assertEquals(0, tracker.getActiveJobIds().length);

    List<Integer> after = Searches.stopAfter(2, searches.of(spec, "interrupted").mode(Mode.RESUME));
    assertTrue(Collections.disjoint(before, after), before + " and again " + after);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{asha: {reduction: 2}}", "{median: {least: 2}}"})
  void aPausedTrialGoesOnFromItsCheckpoint(String stopping) {
    SearchSpec spec = Searches.spec("trials: 8\nstopping: " + stopping + "\n");
    String name = stopping.replaceAll("\\W", "");
    Searches.stopAfter(5, searches.of(spec, name));
    List<SearchedTrial> trials = searches.of(spec, name).mode(Mode.RESUME).run().ranked();
    assertEquals(8, trials.size());
    String all =
        Searches.outcome(
            searches
                .of(Searches.spec("trials: 8\nstopping: none\n"), name + "-all")
                .run()
                .ranked());
    for (SearchedTrial trial : trials) {
      assertTrue(List.of(1, 2, 3).contains(trial.epochs()));
      String scores = trial.scores().toString().replace("]", "");
      assertTrue(all.contains(scores), scores + " is not in " + all);
    }
    assertEquals(3, trials.get(0).epochs());
    for (SearchedTrial trial : trials) {
      assertEquals(trial.epochs() < 3, trial.status() == TrialStatus.PAUSED, trial.toString());
    }
    // Whom the median stops depends on who ends first; the worst of all never goes on under ASHA.
    boolean finished = trials.stream().allMatch(trial -> trial.status() == TrialStatus.FINISHED);
    assertFalse(finished && stopping.contains("asha"), "no trial was stopped");
  }

  /** Scores of other rows do not compare, and finished trials are not trained again. */
  @Test
  void otherDataAreRefusedAndTheSearchIsLeftAsItIs() throws Exception {
    SearchSpec spec =
        SearchSpec.parse(
            """
            name: s
            job:
              name: wine
              data: {train: {format: dataset}, dev: {split: 0.2}, test: {split: 0.2}, label: cultivar}
              model: {layers: [dense: 3]}
              loss: softmaxCrossEntropy
              train: {epochs: 1, batchSize: 16, shards: 3, optimizer: adam, schedule: {constant: 0.01}}
            space: {train.schedule.constant: {logUniform: [1e-3, 1e-1]}}
            objective: devLoss
            trials: 3
            stopping: none
            """,
            "search.yaml");
    Path wine = Path.of(System.getProperty("invar.root"), "conf/data/wine.csv");
    Dataset<Row> rows =
        searches
            .spark()
            .read()
            .option("header", true)
            .option("inferSchema", true)
            .csv(wine.toString());
    Dataset<Row> others = rows.filter("alcohol < 14.5");
    assertTrue(others.count() < rows.count());
    Searches.stopAfter(1, searches.of(spec, "data").data(rows));
    refusedWithOtherData(searches.of(spec, "data").data(others));
    assertFalse(Files.exists(searches.directory("data/journal-0001.jsonl")));
    assertEquals(3, searches.of(spec, "data").data(rows).mode(Mode.RESUME).run().ranked().size());
    refusedWithOtherData(searches.of(spec, "data").data(others));
    assertEquals(
        3, searches.of(spec, "data").data(others).mode(Mode.OVERWRITE).run().ranked().size());
    assertEquals(3, searches.of(spec, "data").data(others).mode(Mode.RESUME).run().ranked().size());
  }

  private static void refusedWithOtherData(Search search) {
    String message = assertThrows(InvarException.class, search.mode(Mode.RESUME)::run).getMessage();
    assertTrue(message.contains("data, train, shard 0: expected "), message);
    assertTrue(message.contains("The data has changed"), message);
    assertTrue(message.contains("--overwrite"), message);
  }

  @Test
  void aStageThatHasBegunKeepsToWhatItBeganWith() throws Exception {
    SearchSpec spec =
        Searches.spec(
            """
            stopping: none
            stages:
              - {keys: train.schedule.constant, trials: 2}
              - keys: [train.batchSize, train.optimizer, train.optimizer.momentum.beta, "model.layers[4].dense.units"]
                trials: 8
                width: 0
            """);
    Searches.stopAfter(3, searches.of(spec, "fixed"));
    Path file = searches.directory("fixed/stage-0001.json");
    ObjectNode focus = (ObjectNode) Json.MAPPER.readTree(Files.readString(file));
    focus.withObjectProperty("best").put("train.schedule.constant", 0.0125);
    Files.write(file, Json.text(focus));
    List<SearchedTrial> trials = searches.of(spec, "fixed").mode(Mode.RESUME).run().ranked();
    assertEquals(10, trials.size());
    SearchedTrial last = trials.stream().filter(trial -> trial.number() == 9).findFirst().get();
    assertEquals(0.0125, last.values().get("train.schedule.constant").doubleValue());
  }
}
