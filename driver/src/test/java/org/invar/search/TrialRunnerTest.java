package org.invar.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.spark.api.java.JavaSparkContext;
import org.invar.trials.Trials;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Parts that run, wait and end. */
class TrialRunnerTest {
  @RegisterExtension static final Searches searches = new Searches();

  /** What a gang waits for cores is none of its trial's time. */
  @Test
  void aGangThatWaitsForCoresDoesNotTrain() throws Exception {
    SearchSpec spec = Searches.spec("trials: 1\nplacement: gang\n");
    var context = JavaSparkContext.fromSparkContext(searches.spark().sparkContext());
    CompletableFuture<PartResult> end = new CompletableFuture<>();
    try (Trials trials = Trials.pack(searches.spark(), spec.job(), null, false, notice -> {});
        var runner = new TrialRunner(context, spec, trials, "waits", notice -> {})) {
      context.setJobGroup("others", "all cores", true);
      var others = context.parallelize(List.of(0, 1), 2).foreachAsync(row -> Thread.sleep(100_000));
      context.clearJobGroup();
      String directory = searches.directory("waits").toString();
      runner.start(SearchedTrial.begun(0, 0, Map.of(), directory), 3, 1, watcher(end));
      var tracker = context.sc().statusTracker();
      while (tracker.getJobIdsForTag("invar-search-waits").length == 0) {
        assertFalse(end.isDone(), "ended without a job");
        assertFalse(runner.works(0), "waits, and yet works");
        Thread.sleep(5);
      }
      assertFalse(runner.works(0), "waits, and yet works");
      others.cancel(true);
      assertTrue(end.get().finished(), String.valueOf(end.get().failure()));
    }
  }

  private static TrialRunner.Watcher watcher(CompletableFuture<PartResult> end) {
    return new TrialRunner.Watcher() {
      @Override
      public void ended(PartResult result) {
        end.complete(result);
      }

      @Override
      public void broken(Throwable failure) {
        end.completeExceptionally(failure);
      }

      @Override
      public void told(String notice) {}
    };
  }

  /** A thread that has not heard of the end yet may begin a job after all were cancelled. */
  @Test
  void aJobThatIsSubmittedWhileTheSearchEndsIsCancelledToo() throws Exception {
    Path gate = searches.directory("late-gate");
    SearchSpec spec = OwnLayerSearch.spec(Searches.gated(gate) + "trials: 1\n");
    var context = JavaSparkContext.fromSparkContext(searches.spark().sparkContext());
    Queue<String> notices = new ConcurrentLinkedQueue<>();
    Queue<Future<Void>> late = new ConcurrentLinkedQueue<>();
    Queue<Throwable> ends = new ConcurrentLinkedQueue<>();
    try (Trials trials = Trials.pack(searches.spark(), spec.job(), null, true, notices::add)) {
      try (var runner = new TrialRunner(context, spec, trials, "late", notices::add)) {
        SearchedTrial trial =
            SearchedTrial.begun(0, 0, Map.of(), searches.directory("late").toString());
        runner.start(
            trial,
            3,
            2,
            new TrialRunner.Watcher() {
              @Override
              public void ended(PartResult result) {
                ends.add(new AssertionError("trained to an end: " + result));
              }

              @Override
              public void broken(Throwable failure) {
                late.add(
                    context.parallelize(List.of(0), 1).foreachAsync(row -> Thread.sleep(100_000)));
                ends.add(failure);
              }

              @Override
              public void told(String notice) {
                notices.add(notice);
              }
            });
        Gate.awaitWaiting(gate, 1);
      }
      assertEquals(1, ends.size());
      assertTrue(String.valueOf(ends.peek()).contains("trial 0: "), ends.toString());
      assertEquals(List.of(), List.copyOf(notices));
      Future<Void> job = late.remove();
      assertThrows(ExecutionException.class, () -> job.get(30, TimeUnit.SECONDS));
    }
  }
}
