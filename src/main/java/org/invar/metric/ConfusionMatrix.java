package org.invar.metric;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.function.IntToDoubleFunction;

/**
 * How often rows of each true class were predicted as each class; where rows have a class at every
 * step, steps stand for rows.
 *
 * <p>Ratios without a denominator are NaN, and so is the f1 of a class without rows. Macro averages
 * are means over the classes that have rows: what is missing from a split is no part of its scores.
 * There, an undefined precision counts as 0, so that never predicting a class costs precision too.
 * Without rows they are NaN.
 */
public final class ConfusionMatrix {
  private static final int NONE = -1;

  private final int classes;
  private final long[] counts;
  private final int positive;

  private ConfusionMatrix(int classes, long[] counts, int positive) {
    this.classes = classes;
    this.counts = counts;
    this.positive = positive;
  }

  /**
   * Returns the matrix that a piece of sums holds.
   *
   * @param sums whole numbers, (true class, predicted class) from {@code offset}
   * @param offset where the matrix starts
   * @param classes the number of classes
   */
  public static ConfusionMatrix of(double[] sums, int offset, int classes) {
    return of(sums, offset, classes, NONE);
  }

  /** Returns the same of a decision about one class, the positive one, of which the scores are. */
  public static ConfusionMatrix of(double[] sums, int offset, int classes, int positive) {
    long[] counts = new long[classes * classes];
    for (int i = 0; i < counts.length; i++) {
      counts[i] = (long) sums[offset + i];
    }
    return new ConfusionMatrix(classes, counts, positive);
  }

  /**
   * Returns the class that precision, recall and f1 are of; empty where they are macro averages.
   */
  public OptionalInt positive() {
    return positive == NONE ? OptionalInt.empty() : OptionalInt.of(positive);
  }

  /** Returns the number of classes. */
  public int classes() {
    return classes;
  }

  /** Returns how often rows of class {@code actual} were predicted as {@code predicted}. */
  public long count(int actual, int predicted) {
    return counts[actual * classes + predicted];
  }

  /** Returns the number of rows. */
  public long rows() {
    return Arrays.stream(counts).sum();
  }

  /** Returns the number of rows of a true class. */
  public long actual(int actual) {
    long sum = 0;
    for (int predicted = 0; predicted < classes; predicted++) {
      sum += count(actual, predicted);
    }
    return sum;
  }

  /** Returns the number of rows predicted as a class. */
  public long predicted(int predicted) {
    long sum = 0;
    for (int actual = 0; actual < classes; actual++) {
      sum += count(actual, predicted);
    }
    return sum;
  }

  /** Returns the share of rows that were predicted right; NaN without rows. */
  public double accuracy() {
    long right = 0;
    for (int c = 0; c < classes; c++) {
      right += count(c, c);
    }
    return (double) right / rows();
  }

  /** Returns the share of the rows predicted as {@code c} that are of it; NaN without any. */
  public double precision(int c) {
    return (double) count(c, c) / predicted(c);
  }

  /** Returns the share of the rows of class {@code c} that were predicted so; NaN without any. */
  public double recall(int c) {
    return (double) count(c, c) / actual(c);
  }

  /**
   * Returns the harmonic mean of precision and recall, 2 · right / (predicted + actual); NaN for a
   * class without rows.
   */
  public double f1(int c) {
    if (actual(c) == 0) {
      return Double.NaN;
    }
    return 2.0 * count(c, c) / (predicted(c) + actual(c));
  }

  /** Returns the mean precision over the classes that have rows. */
  public double macroPrecision() {
    return mean(this::precision);
  }

  /** Returns the mean recall over the classes that have rows. */
  public double macroRecall() {
    return mean(this::recall);
  }

  /** Returns the mean f1 over the classes that have rows. */
  public double macroF1() {
    return mean(this::f1);
  }

  private double mean(IntToDoubleFunction score) {
    double sum = 0;
    int occurring = 0;
    for (int c = 0; c < classes; c++) {
      if (actual(c) > 0) {
        double value = score.applyAsDouble(c);
        sum += Double.isNaN(value) ? 0 : value;
        occurring++;
      }
    }
    return sum / occurring;
  }

  /**
   * Returns the matrix as a table for people: a line a true class, a column a predicted one, with
   * recall at the right, precision at the bottom and accuracy in the corner; "n/a" where undefined.
   *
   * @param classNames a name for every class, in the order of the ids
   */
  public String render(List<String> classNames) {
    if (classNames.size() != classes) {
      throw new IllegalArgumentException(
          classNames.size() + " class names, expected " + classes + ": " + classNames);
    }
    String[][] cells = new String[classes + 2][classes + 2];
    cells[0][0] = "true \\ predicted";
    cells[0][classes + 1] = "recall";
    cells[classes + 1][0] = "precision";
    cells[classes + 1][classes + 1] = share(accuracy());
    for (int c = 0; c < classes; c++) {
      cells[0][c + 1] = classNames.get(c);
      cells[c + 1][0] = classNames.get(c);
      cells[c + 1][classes + 1] = share(recall(c));
      cells[classes + 1][c + 1] = share(precision(c));
      for (int predicted = 0; predicted < classes; predicted++) {
        cells[c + 1][predicted + 1] = Long.toString(count(c, predicted));
      }
    }
    return align(cells);
  }

  private static String share(double value) {
    return Double.isNaN(value) ? "n/a" : String.format(Locale.ROOT, "%.3f", value);
  }

  /** The first column to the left, the others to the right, two spaces between. */
  private static String align(String[][] cells) {
    int[] widths = new int[cells.length];
    for (String[] line : cells) {
      for (int column = 0; column < line.length; column++) {
        widths[column] = Math.max(widths[column], line[column].length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (String[] line : cells) {
      text.append(line[0]).append(" ".repeat(widths[0] - line[0].length()));
      for (int column = 1; column < line.length; column++) {
        text.append(" ".repeat(2 + widths[column] - line[column].length())).append(line[column]);
      }
      text.append('\n');
    }
    return text.toString();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ConfusionMatrix matrix
        && classes == matrix.classes
        && positive == matrix.positive
        && Arrays.equals(counts, matrix.counts);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(counts);
  }

  /** Returns the counts, a list a true class. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("ConfusionMatrix[");
    for (int c = 0; c < classes; c++) {
      long[] line = Arrays.copyOfRange(counts, c * classes, (c + 1) * classes);
      text.append(c == 0 ? "" : ", ").append(Arrays.toString(line));
    }
    return text.append(']').toString();
  }
}
