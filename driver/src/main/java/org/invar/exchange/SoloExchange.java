package org.invar.exchange;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.invar.collective.RunKey;
import org.invar.compute.RunPlan;
import org.invar.compute.Scores;
import org.invar.config.TrainSettings;
import org.invar.gang.Command;
import org.invar.gang.GangPlan;
import org.invar.gang.Report;
import org.invar.gang.SoloWorker;
import org.invar.rows.SharedShards;
import org.invar.source.Contents;
import org.invar.source.Split;
import org.invar.tensor.SumTree;
import org.jspecify.annotations.Nullable;

/** An exchange with nobody: the one worker works on the calling thread, inside a task. */
public final class SoloExchange implements Exchange {
  /** Nobody is met. */
  private static final GangPlan.Meeting MEETING =
      new GangPlan.Meeting(RunKey.random(), false, null, 0, 0, 0, Duration.ZERO, Duration.ZERO);

  private final Contents contents;
  private final int shards;
  private final SoloWorker worker;
  private Consumer<Report.Stepped> listener = step -> {};
  private @Nullable SavedFiles saved;

  /**
   * Makes the exchange in the state of a checkpoint.
   *
   * @param data the run's shards
   * @param start the checkpoint, or null for the state before step 0
   */
  public SoloExchange(
      RunPlan run,
      Contents contents,
      SharedShards data,
      TrainSettings settings,
      Configuration hadoop,
      @Nullable Start start)
      throws IOException {
    this.contents = contents;
    this.shards = run.shards();
    GangPlan plan = Gangs.plan(run, 0, 1, 1, settings, MEETING, start, hadoop);
    this.worker = new SoloWorker(plan, data, step -> listener.accept(step));
  }

  /** Work of the worker's. */
  private interface Work<T> {
    T run() throws IOException, InterruptedException;
  }

  private static <T> T run(Work<T> work) {
    try {
      return work.run();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw (CancellationException) new CancellationException("interrupted").initCause(e);
    }
  }

  @Override
  public void steps(Command.Steps steps, Consumer<Report.Stepped> each) {
    listener = each;
    Optional<Report.NotFinite> found = run(() -> Optional.ofNullable(worker.steps(steps)));
    if (found.isPresent()) {
      Report.NotFinite first = found.get();
      boolean known = first.shard() < Integer.MAX_VALUE;
      throw new NonFiniteException(
          first.step(), first.what() + (known ? " of shard " + first.shard() : ""));
    }
  }

  @Override
  public double @Nullable [] evaluate(Split split) {
    if (!contents.has(split)) {
      return null;
    }
    Report.Evaluated part = run(() -> worker.evaluate(split.label()));
    Map<SumTree.Node, double[]> scores = new HashMap<>();
    for (int i = 0; i < part.nodes().size(); i++) {
      scores.put(part.nodes().get(i), part.scores().get(i));
    }
    return SumTree.finish(new SumTree.Node(0, shards), scores::get, Scores::add);
  }

  @Override
  public void keep() {
    worker.keep();
  }

  @Override
  public void useKept() {
    run(
        () -> {
          worker.useKept();
          return true;
        });
  }

  @Override
  public void save(Path directory, String weights, @Nullable String kept) {
    String broken = worker.firstNotFinite();
    if (broken != null) {
      throw new NonFiniteException(worker.stepsTaken(), "parameter " + broken);
    }
    var command = new Command.Save(directory.toString(), weights, kept == null ? "" : kept);
    Report.Saved files = run(() -> worker.save(command));
    saved =
        new SavedFiles(
            List.of(files.weights()),
            files.kept() == null ? List.of() : List.of(files.kept()),
            files.millis());
  }

  @Override
  public @Nullable SavedFiles saved(boolean wait) {
    SavedFiles files = saved;
    saved = null;
    return files;
  }

  @Override
  public void close() {
    run(
        () -> {
          worker.close();
          return true;
        });
  }
}
