package org.invar.search.schedule;

import java.util.Comparator;
import java.util.regex.Pattern;
import org.invar.optim.Goal;
import org.jspecify.annotations.Nullable;

/**
 * What makes one trial better than another.
 *
 * @param metric a score that every epoch has, such as devAccuracy
 * @param goal which way it should go; null for what its name implies
 */
public record Objective(String metric, @Nullable Goal goal) {
  private static final Pattern METRIC = Pattern.compile("(train|dev)[A-Z][A-Za-z0-9]*");

  /** Refuses what no epoch has. */
  public Objective {
    if (!METRIC.matcher(metric).matches()) {
      throw new IllegalArgumentException(
          "metric="
              + metric
              + " is not a metric of the training or dev set, such as devLoss or devAccuracy");
    }
    goal = goal == null ? Goal.of(metric) : goal;
  }

  /** Returns the objective whose goal the metric's name implies. */
  public static Objective of(String metric) {
    return new Objective(metric, null);
  }

  /** Returns whether larger is better. */
  public boolean maximizes() {
    return goal == Goal.MAXIMIZE;
  }

  /** Better scores first; NaN and nothing come last. */
  public Comparator<@Nullable Double> order() {
    Comparator<Double> better = maximizes() ? Comparator.reverseOrder() : Comparator.naturalOrder();
    return (left, right) -> {
      boolean noLeft = left == null || left.isNaN();
      boolean noRight = right == null || right.isNaN();
      return noLeft || noRight ? Boolean.compare(noLeft, noRight) : better.compare(left, right);
    };
  }
}
