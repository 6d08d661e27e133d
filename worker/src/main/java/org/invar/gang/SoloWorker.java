package org.invar.gang;

import java.io.IOException;
import java.util.function.Consumer;
import org.invar.InvarException;
import org.invar.collective.Collective;
import org.invar.collective.Membership;
import org.invar.compute.ComputeThreads;
import org.invar.compute.ProcessMemory;
import org.invar.rows.SharedShards;
import org.jspecify.annotations.Nullable;

/**
 * A worker without peers on the calling thread, which has its steps taken and its scores computed
 * by calls instead of commands: what a task of a search trains with.
 *
 * <p>The arithmetic is that of a gang of any size. Used by the thread that makes it.
 */
public final class SoloWorker implements AutoCloseable {
  private final ComputeThreads threads = new ComputeThreads(1);
  private final CheckpointWriter writer;
  private final GangWorker worker;
  private @Nullable Report last;

  /**
   * Makes a worker in the state of the plan's start.
   *
   * @param plan of one worker and one core
   * @param shards all of the run's
   * @param steps hears of every step that was taken
   * @throws InvarException when this process has other kernels than the run's
   * @throws IOException when the checkpoint to start from cannot be read
   */
  public SoloWorker(GangPlan plan, SharedShards shards, Consumer<Report.Stepped> steps)
      throws IOException {
    plan.run().checkKernels();
    plan.memoryNeed(0).require("the process of a trial", ProcessMemory.current());
    this.writer =
        new CheckpointWriter(
            plan, new Membership(plan.run().runId(), plan.attempt(), 0, 1), report -> {});
    this.worker =
        new GangWorker(
            plan,
            Collective.alone(),
            shards.splits(),
            threads,
            report -> {
              last = report;
              if (report instanceof Report.Progress progress) {
                progress.steps().forEach(steps);
              }
            });
  }

  /**
   * Takes consecutive steps.
   *
   * @return where a loss stopped being finite, or null when all steps were taken
   */
  public Report.@Nullable NotFinite steps(Command.Steps command)
      throws IOException, InterruptedException {
    worker.steps(command);
    return last instanceof Report.NotFinite found ? found : null;
  }

  /** Returns the scores of all rows of a split. */
  public Report.Evaluated evaluate(String split) throws IOException, InterruptedException {
    worker.evaluate(split);
    if (last instanceof Report.Evaluated scores) {
      return scores;
    }
    throw new IllegalStateException("no scores of " + split);
  }

  /** Keeps a copy of the weights as they are. */
  public void keep() {
    worker.state().keep();
  }

  /** Computes with the kept weights from now on; no step follows. */
  public void useKept() throws IOException, InterruptedException {
    worker.useKept();
  }

  /** Returns the first parameter with a value that is not finite, or null. */
  public @Nullable String firstNotFinite() {
    return worker.state().firstNotFinite();
  }

  /** Returns the steps taken. */
  public long stepsTaken() {
    return worker.state().averager().steps();
  }

  /** Writes the files of a checkpoint. */
  public Report.Saved save(Command.Save command) throws IOException {
    long begun = System.nanoTime();
    return writer.write(
        command,
        worker.state().snapshot(),
        command.kept().isEmpty() ? null : worker.state().kept(),
        begun);
  }

  /** Frees what is outside the heap. */
  @Override
  public void close() throws InterruptedException {
    writer.close();
    try {
      worker.close();
    } finally {
      threads.close();
    }
  }
}
