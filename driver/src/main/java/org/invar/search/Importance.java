package org.invar.search;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How much a setting's value says about the score.
 *
 * <p>The effect size ε² of Kruskal and Wallis: the part of the variance of the scores' ranks that
 * lies between groups of like values, corrected for what chance alone would give; from 0, nothing,
 * to 1, everything. It needs no form of the dependence and heeds outliers by their rank alone.
 * Source: Tomczak and Tomczak, "The need to report effect size estimates revisited", Trends in
 * Sport Sciences 21 (2014). Settings that act only together show little each.
 */
final class Importance {
  private static final int GROUPS = 4;
  private static final int LEAST = 8;

  private Importance() {}

  /**
   * A trial's place on a setting's scale and its score.
   *
   * @param group of values that are one, for settings without an order, else −1
   */
  record Point(double place, int group, double score) {}

  /** Returns ε², or null with too few points to tell. */
  static @Nullable Double of(List<Point> points, Comparator<@Nullable Double> order) {
    int n = points.size();
    if (n < LEAST) {
      return null;
    }
    double[] ranks = ranks(points, order);
    int[] groups = groups(points);
    Map<Integer, double[]> sums = new TreeMap<>();
    for (int i = 0; i < n; i++) {
      double[] sum = sums.computeIfAbsent(groups[i], group -> new double[2]);
      sum[0]++;
      sum[1] += ranks[i];
    }
    int k = sums.size();
    double mean = (n + 1) / 2.0;
    double between = 0;
    for (double[] sum : sums.values()) {
      double offset = sum[1] / sum[0] - mean;
      between += sum[0] * offset * offset;
    }
    double total = 0;
    for (double rank : ranks) {
      total += (rank - mean) * (rank - mean);
    }
    if (k < 2 || n == k || total == 0) {
      return 0.0;
    }
    double h = (n - 1) * between / total; // With the correction for ties.
    return Math.max(0, Math.min(1, (h - k + 1) / (n - k)));
  }

  /** Equal scores share the mean of their ranks. */
  private static double[] ranks(List<Point> points, Comparator<@Nullable Double> order) {
    List<Integer> sorted = indices(points.size());
    sorted.sort((a, b) -> order.compare(points.get(a).score(), points.get(b).score()));
    double[] ranks = new double[points.size()];
    for (int from = 0; from < sorted.size(); ) {
      int to = from;
      double score = points.get(sorted.get(from)).score();
      while (to < sorted.size() && order.compare(points.get(sorted.get(to)).score(), score) == 0) {
        to++;
      }
      for (int i = from; i < to; i++) {
        ranks[sorted.get(i)] = (from + to + 1) / 2.0;
      }
      from = to;
    }
    return ranks;
  }

  /** Up to four groups of about as many points each, by place; equal places are together. */
  private static int[] groups(List<Point> points) {
    int n = points.size();
    int[] groups = new int[n];
    if (points.get(0).group() >= 0) {
      for (int i = 0; i < n; i++) {
        groups[i] = points.get(i).group();
      }
      return groups;
    }
    List<Integer> sorted = indices(n);
    sorted.sort(Comparator.comparingDouble(i -> points.get(i).place()));
    int wanted = Math.min(GROUPS, n / 4);
    for (int i = 0; i < n; i++) {
      int here = sorted.get(i);
      boolean tied = i > 0 && points.get(here).place() == points.get(sorted.get(i - 1)).place();
      groups[here] = tied ? groups[sorted.get(i - 1)] : i * wanted / n;
    }
    return groups;
  }

  private static List<Integer> indices(int count) {
    List<Integer> indices = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      indices.add(i);
    }
    return indices;
  }
}
