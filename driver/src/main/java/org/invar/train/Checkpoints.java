package org.invar.train;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.invar.InvarException;
import org.invar.checkpoint.CheckpointName;
import org.invar.checkpoint.CheckpointStore;
import org.invar.checkpoint.Kept;
import org.invar.checkpoint.MetricsLines;
import org.invar.checkpoint.RunDirectory;
import org.invar.checkpoint.SavedCheckpoint;
import org.invar.compute.RunPlan;
import org.invar.config.Job;
import org.invar.exchange.Exchange;
import org.invar.exchange.SavedFiles;
import org.invar.exchange.Start;
import org.invar.exchange.Stopwatch;
import org.invar.storage.Json;
import org.invar.storage.SliceFile;
import org.invar.tensor.Weights;
import org.jspecify.annotations.Nullable;

/**
 * A run's checkpoints while it goes: when one is due, which is being written, and which is the
 * newest.
 */
final class Checkpoints {
  private final RunDirectory directory;
  private final CheckpointStore store;
  private final CheckpointClock clock;
  private final TrainingListener listener;
  private final int moments;
  private long keptStep = -1;
  private @Nullable Saved newest;
  private @Nullable Pending pending;

  /** A checkpoint that is complete. */
  private record Saved(long step, List<SliceFile> slices, @Nullable Kept kept) {}

  /** A checkpoint whose files are being written. */
  private record Pending(
      CheckpointName name,
      JsonNode position,
      MetricsLines metrics,
      long keptStep,
      @Nullable Kept known) {}

  Checkpoints(
      Job job,
      RunPlan plan,
      RunDirectory directory,
      Configuration hadoop,
      Consumer<String> notice,
      TrainingListener listener)
      throws IOException {
    this.directory = directory;
    this.clock = new CheckpointClock(job.settings().checkpoint().everySteps());
    this.listener = listener;
    this.moments = job.settings().train().optimizer().moments();
    this.store =
        CheckpointStore.of(
            directory.checkpoints(),
            hadoop,
            plan.network().layout(),
            plan.network().stateLayout(),
            job.settings().checkpoint().keep(),
            directory::requireClaim,
            notice);
  }

  /** Returns the newest checkpoint, which is where the run goes on. */
  Optional<SavedCheckpoint> newest() throws IOException {
    pending = null;
    Optional<SavedCheckpoint> found = store.newest();
    found.ifPresent(this::requireMoments);
    newest = found.map(saved -> new Saved(saved.step(), saved.slices(), saved.kept())).orElse(null);
    keptStep = newest == null || newest.kept() == null ? -1 : newest.kept().step();
    clock.begin(newest == null ? 0 : newest.step());
    return found;
  }

  private void requireMoments(SavedCheckpoint saved) {
    int found = saved.slices().get(0).moments();
    if (found != moments) {
      throw InvarException.of(
          saved.place(),
          moments + " moments, as the optimizer has",
          String.valueOf(found),
          "Resume with the job that wrote it, or start again with --overwrite.");
    }
  }

  /** Returns what an exchange starts from, or null for the state before step 0. */
  @Nullable Start start() {
    if (newest == null) {
      return null;
    }
    List<SliceFile> kept = newest.kept() == null ? List.of() : newest.kept().slices();
    return new Start(store.directory(), newest.step(), newest.slices(), kept);
  }

  boolean isDue(long step) {
    return clock.isDue(step);
  }

  boolean isDueAfterEpoch() {
    return clock.isDueAfterEpoch();
  }

  long stretch(long step, double stepsPerSecond) {
    return clock.stretch(step, stepsPerSecond);
  }

  /** Notes that the exchange keeps the weights after that step. */
  void keep(long step) {
    keptStep = step;
  }

  /** Returns the step whose weights are kept, or −1 where the newest are the result. */
  long keptStep() {
    return keptStep;
  }

  /** Begins to write a checkpoint, once the one before is complete. */
  void begin(Exchange exchange, Position position, MetricsLines metrics) throws IOException {
    complete(exchange, true);
    CheckpointName name = store.next(position.step());
    // The weights that are kept now are the checkpoint's own.
    boolean same = keptStep < 0 || keptStep == position.step();
    Kept known = same ? null : store.kept(keptStep).orElse(null);
    clock.begin(position.step());
    exchange.save(store.directory(), name.slices(), same || known != null ? null : name.kept());
    pending = new Pending(name, Json.MAPPER.valueToTree(position), metrics, keptStep, known);
    complete(exchange, false);
  }

  /**
   * Completes the checkpoint that is being written, if its files are there.
   *
   * @param wait whether to wait for them
   */
  void complete(Exchange exchange, boolean wait) throws IOException {
    Pending begun = pending;
    if (begun == null) {
      return;
    }
    SavedFiles files = exchange.saved(wait);
    if (files == null) {
      return;
    }
    Kept kept = begun.known();
    if (kept == null && !files.kept().isEmpty()) {
      kept = new Kept(begun.keptStep(), files.kept());
    } else if (kept == null && begun.keptStep() >= 0) {
      kept = new Kept(begun.name().step(), files.slices());
    }
    requireOf(begun.name().slices(), files.slices());
    requireOf(begun.name().kept(), files.kept());
    var watch = new Stopwatch();
    store.complete(begun.name(), begun.position(), files.slices(), kept, begun.metrics());
    clock.took(files.millis() + watch.millis());
    newest = new Saved(begun.name().step(), files.slices(), kept);
    pending = null;
    listener.checkpointed(begun.name().step());
  }

  /** Slices of two steps must not make one checkpoint. */
  private static void requireOf(String prefix, List<SliceFile> slices) {
    for (SliceFile slice : slices) {
      if (!slice.file().name().startsWith(prefix)) {
        throw new IllegalStateException(slice.file().name() + " is none of " + prefix);
      }
    }
  }

  /** Returns the weights that the run ends with, from the newest checkpoint. */
  Weights keptWeights() throws IOException {
    if (newest == null) {
      throw new IllegalStateException("no checkpoint is complete");
    }
    return store.weights(newest.kept() == null ? newest.slices() : newest.kept().slices());
  }

  /** Says what a run that ends here leaves. */
  String whatIsKept() {
    return newest == null
        ? "There is no checkpoint yet."
        : "The checkpoint of step %d is kept in %s."
            .formatted(newest.step(), directory.checkpoints());
  }
}
