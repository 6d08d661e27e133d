package org.invar.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Optional;
import org.apache.spark.SparkException;
import org.invar.InvarException;
import org.junit.jupiter.api.Test;

/** Which failures of Spark's are deaths of executors, in the words of Spark 4.1. */
class SparkFailuresTest {
  private static final String TASK =
      "Job aborted due to stage failure: Task 0 in stage 7.0 failed 1 times, most recent failure:"
          + " Lost task 0.0 in stage 7.0 (TID 9) (127.0.0.1 executor 3): ExecutorLostFailure"
          + " (executor 3 exited caused by one of the running tasks) Reason: Command exited with"
          + " code 137\nDriver stacktrace:";

  private static final String BARRIER =
      "Job aborted due to stage failure: Could not recover from a failed barrier ResultStage. Most"
          + " recent failure reason: Stage failed because barrier task ResultTask(15, 1) finished"
          + " unsuccessfully.\nExecutorLostFailure (executor 3 exited caused by one of the running"
          + " tasks) Reason: Command exited with code 137";

  private static Optional<String> lost(String message) {
    return SparkFailures.lostExecutor(new IllegalStateException(new SparkException(message)));
  }

  @Test
  void theDeathOfATasksExecutorIsFoundInOrdinaryAndInBarrierStages() {
    String found = "executor 3: Command exited with code 137";
    assertEquals(Optional.of(found), lost(TASK));
    assertEquals(Optional.of(found), lost(BARRIER));
  }

  @Test
  void anExecutorThatIsTakenAwayHasNotDiedOfItsTask() {
    String taken = "exited unrelated to the running tasks";
    assertEquals(
        Optional.empty(),
        lost(BARRIER.replace("exited caused by one of the running tasks", taken)));
    assertEquals(
        Optional.empty(), lost(TASK.replace("exited caused by one of the running tasks", taken)));
    assertEquals(Optional.empty(), lost(BARRIER.replace("ExecutorLostFailure", "TaskKilled")));
  }

  @Test
  void whatSparkDoesNotStartWithIsOneSentence() {
    var refusal =
        assertThrows(
            InvarException.class,
            () ->
                SparkFailures.started(
                    () -> {
                      throw new SparkException("Could not parse Master URL: 'zz'.\n\tat x");
                    }));
    assertEquals(
        "Spark does not start: SparkException: Could not parse Master URL: 'zz'. Correct its"
            + " settings.",
        refusal.getMessage());
  }
}
