package org.invar.train;

import org.invar.compute.Scores;
import org.invar.exchange.Stopwatch;

/** The time of one epoch, as far as this process has seen it. */
final class EpochWatch {
  private final Stopwatch whole = new Stopwatch();
  private Stopwatch lap = new Stopwatch();
  private double rows;
  private long steps;

  /** Notes steps that were taken, and returns the seconds since the last call. */
  double lap(int taken) {
    steps += taken;
    double seconds = lap.seconds();
    lap = new Stopwatch();
    return seconds;
  }

  /** Notes the rows of the steps just taken, and returns the epoch's rate so far. */
  double samplesPerSecond(double[] stepScores) {
    rows += Scores.rows(stepScores);
    return rows / whole.seconds();
  }

  /** Returns the epoch's rate so far. */
  double stepsPerSecond() {
    return steps / whole.seconds();
  }
}
