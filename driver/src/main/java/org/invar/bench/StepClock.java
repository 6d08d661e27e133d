package org.invar.bench;

import java.util.Arrays;
import java.util.Objects;
import org.invar.nn.Network;
import org.invar.train.TrainingListener;
import org.jspecify.annotations.Nullable;

/** Notes when each step of a run was taken, and what run it is. */
final class StepClock implements TrainingListener {
  private final double startSeconds = System.currentTimeMillis() * 1e-3;
  private final long startNanos = System.nanoTime();
  private long[] nanos = new long[1024];
  private int steps;
  private @Nullable Started run;

  @Override
  public void started(Started started) {
    run = started;
  }

  @Override
  public void step(Step step) {
    if (steps == nanos.length) {
      nanos = Arrays.copyOf(nanos, 2 * steps);
    }
    nanos[steps++] = System.nanoTime();
  }

  /** Returns the steps that were taken. */
  int steps() {
    return steps;
  }

  /** Returns V. */
  int shards() {
    return Objects.requireNonNull(run).shards();
  }

  /** Returns what was trained. */
  Network network() {
    return Objects.requireNonNull(run).network();
  }

  /**
   * Returns the speed between the end of one step and that of another.
   *
   * @param rows of a step
   */
  Window window(int from, int to, int rows) {
    double seconds = seconds(from, to);
    double end = startSeconds + (nanos[to - 1] - startNanos) * 1e-9;
    return new Window(end, seconds, rows * (to - from) / seconds);
  }

  /**
   * Returns the seconds from the end of one step to that of another; steps count from 1, and the
   * start of the first one is not known.
   */
  double seconds(int from, int to) {
    if (from < 1 || to > steps || from >= to) {
      throw new IllegalArgumentException(
          "steps " + from + " to " + to + " are no part of 1 to " + steps);
    }
    return (nanos[to - 1] - nanos[from - 1]) * 1e-9;
  }
}
