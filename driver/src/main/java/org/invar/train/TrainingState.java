package org.invar.train;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.invar.checkpoint.CheckpointStore;
import org.invar.checkpoint.Kept;
import org.invar.checkpoint.SavedCheckpoint;
import org.invar.config.TrainSettings;
import org.invar.optim.ParameterAverager;
import org.invar.optim.RunningState;
import org.invar.param.Layout;
import org.invar.param.Weights;
import org.invar.storage.SliceContent;
import org.invar.storage.Slices;
import org.invar.storage.Span;
import org.invar.worker.RunPlan;
import org.invar.worker.Scores;
import org.invar.worker.ShardSum;
import org.jspecify.annotations.Nullable;

/** Everything of a run that changes with its steps, and that a checkpoint therefore holds. */
final class TrainingState {
  private final Layout layout;
  private final boolean boundsNorm;
  private final ParameterAverager averager;
  private final RunningState running;
  private @Nullable Best best;
  private Position position;

  /** The best weights so far, and the steps after which they were the run's. */
  record Best(long step, Weights weights) {}

  /** Returns the state before the first step. */
  static TrainingState start(RunPlan plan, TrainSettings settings, Position position) {
    return new TrainingState(plan, settings, position);
  }

  private TrainingState(RunPlan plan, TrainSettings settings, Position position) {
    this.layout = plan.network().layout();
    this.boundsNorm = settings.clip().boundsNorm();
    this.averager =
        ParameterAverager.of(
            layout,
            settings.optimizer(),
            settings.l2(),
            settings.clip(),
            layout.initialValues(plan.seed()),
            0,
            layout.length());
    Layout stateLayout = plan.network().stateLayout();
    this.running = RunningState.of(stateLayout, stateLayout.initialValues(plan.seed()));
    this.position = position;
  }

  /** Returns where the run stands. */
  Position position() {
    return position;
  }

  /** Goes to the next position. */
  void moveTo(Position next) {
    position = next;
  }

  /** Returns the weights themselves, which the next update changes. */
  Weights weights() {
    return new Weights(averager.parameters(), running.values());
  }

  /** Returns the weights that the run ends with: the best epoch's where it keeps them. */
  Weights kept() {
    return best == null ? weights() : best.weights();
  }

  /** Returns the steps after which the kept weights were those of the run. */
  long keptStep() {
    return best == null ? position.step() : best.step();
  }

  /** Keeps the weights as they are now. */
  void keep() {
    best = new Best(position.step(), weights().copy());
  }

  /** Applies a mini-batch's sum at a learning rate. */
  void update(ShardSum sum, double rate) {
    double weight = Scores.weight(sum.scores());
    if (weight == 0) {
      averager.skip(); // Every row weighs nothing: there is no mean gradient to follow.
      return;
    }
    if (boundsNorm) {
      double[] blocks = new double[ParameterAverager.blocks(layout.length())];
      averager.blockSquaredNorms(sum.gradient(), weight, blocks);
      double norm = Math.sqrt(ParameterAverager.sumBlocks(blocks));
      averager.step(sum.gradient(), weight, rate, norm);
    } else {
      averager.step(sum.gradient(), weight, rate);
    }
    running.update(sum.statistics(), Scores.rows(sum.scores()));
  }

  /** Returns the name of the first parameter with a value that is not finite, or null. */
  @Nullable String firstNonFinite() {
    for (Layout.Entry entry : layout.entries()) {
      for (int i = entry.offset(); i < entry.end(); i++) {
        if (!Float.isFinite(averager.parameters()[i])) {
          return entry.name();
        }
      }
    }
    return null;
  }

  /** Returns the vectors that are to be saved, not copies. */
  SliceContent content() {
    List<Span> moments = new ArrayList<>();
    for (int i = 0; i < averager.moments(); i++) {
      moments.add(Span.of(averager.moment(i)));
    }
    return new SliceContent(Span.of(averager.parameters()), moments, Span.of(running.values()));
  }

  /** Returns the best weights, or null where none are kept. */
  @Nullable Best best() {
    return best;
  }

  /** Goes to a checkpoint's state; {@code saved} is its position. */
  void restore(CheckpointStore store, SavedCheckpoint checkpoint, Position saved)
      throws IOException {
    SliceContent content = content();
    Slices.read(store.fileSystem(), store.directory(), checkpoint.slices(), content);
    averager.restore(
        averager.parameters(),
        content.moments().stream().map(Span::values).toArray(float[][]::new),
        checkpoint.step());
    position = saved;
    Kept kept = checkpoint.kept();
    best = kept == null ? null : new Best(kept.step(), store.weights(kept.slices()));
  }
}
