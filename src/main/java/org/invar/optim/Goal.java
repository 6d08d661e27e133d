package org.invar.optim;

import java.util.List;
import java.util.Locale;

/** Which way a metric should go. */
public enum Goal {
  /** Smaller is better: losses and errors. */
  MINIMIZE,
  /** Larger is better: accuracies and the like. */
  MAXIMIZE;

  private static final List<String> MINIMIZED =
      List.of("loss", "error", "cost", "mse", "rmse", "mae", "perplexity");

  /**
   * Returns the goal that a metric's name implies: names that end in loss, error, cost, mse, rmse,
   * mae or perplexity, in upper or lower case, are minimized; all others are maximized.
   *
   * @param metric for example {@code devLoss} or {@code devAccuracy}
   */
  public static Goal of(String metric) {
    String name = metric.toLowerCase(Locale.ROOT);
    return MINIMIZED.stream().anyMatch(name::endsWith) ? MINIMIZE : MAXIMIZE;
  }

  /** Returns whether {@code value} is better than {@code best} by more than {@code minDelta}. */
  boolean improves(double value, double best, double minDelta) {
    return this == MINIMIZE ? value < best - minDelta : value > best + minDelta;
  }
}
