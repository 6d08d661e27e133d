package org.invar.report;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Where a classifier's errors come from: avoidable bias = train error − optimal error, variance =
 * dev error − train error (Ng, "Machine Learning Yearning", 2018, chapters 20–23).
 *
 * <p>The rule: a gap of at most one percentage point is not worth naming. Of the two gaps the
 * larger is named; both are when the smaller one, also above a point, is at least half of the
 * larger one. A negative gap counts as none.
 *
 * @param trainError share of the training rows that are predicted wrong, in [0, 1]
 * @param devError the same of the dev rows
 * @param optimalError what people, or the best possible classifier, get wrong
 */
public record Diagnosis(double trainError, double devError, double optimalError) {
  private static final double NEGLIGIBLE = 0.01;
  private static final double COMPARABLE = 0.5;

  /** What dominates the error. */
  public enum Verdict {
    /** The network does not fit what it is trained on. */
    BIAS(
        "bias is what to reduce. Try a larger network, more epochs, another learning rate or"
            + " optimizer, or less regularization."),
    /** The network fits the training rows better than others. */
    VARIANCE(
        "variance is what to reduce. Try more or augmented training data, L2 or dropout, early"
            + " stopping, or a smaller network."),
    /** Both at about the same size. */
    BOTH(
        "both are to be reduced. Try a larger network or more epochs until the train error falls,"
            + " then more training data, L2 or dropout."),
    /** Neither is above a percentage point. */
    NEITHER("neither is above a point, and little is left to gain.");

    private final String advice;

    Verdict(String advice) {
      this.advice = advice;
    }
  }

  /** Refuses what is not a fraction, NaN included. */
  public Diagnosis {
    requireFraction("trainError", trainError);
    requireFraction("devError", devError);
    requireFraction("optimalError", optimalError);
  }

  /**
   * Returns the diagnosis of scores with a {@code trainAccuracy} and a {@code devAccuracy}; nothing
   * without them, as for regressions, or where one is NaN.
   */
  public static Optional<Diagnosis> of(Map<String, Double> scores, double optimalError) {
    double train = scores.getOrDefault("trainAccuracy", Double.NaN);
    double dev = scores.getOrDefault("devAccuracy", Double.NaN);
    return Double.isNaN(train) || Double.isNaN(dev)
        ? Optional.empty()
        : Optional.of(new Diagnosis(1 - train, 1 - dev, optimalError));
  }

  /** Returns train error − optimal error; negative where the network beats the optimal error. */
  public double avoidableBias() {
    return trainError - optimalError;
  }

  /** Returns dev error − train error; negative where the dev rows are easier. */
  public double variance() {
    return devError - trainError;
  }

  /** Returns what dominates, by the rule above. */
  public Verdict verdict() {
    double bias = rounded(avoidableBias());
    double variance = rounded(variance());
    double larger = Math.max(bias, variance);
    double smaller = Math.min(bias, variance);
    if (larger <= NEGLIGIBLE) {
      return Verdict.NEITHER;
    }
    if (smaller > NEGLIGIBLE && smaller >= COMPARABLE * larger) {
      return Verdict.BOTH;
    }
    return bias > variance ? Verdict.BIAS : Verdict.VARIANCE;
  }

  /** Returns the numbers, what dominates and what to try, in one or two sentences. */
  public String render() {
    return String.format(
        Locale.ROOT,
        "Avoidable bias is %.1f points (train error %.1f %%, optimal %.1f %%) and variance %.1f"
            + " points (dev error %.1f %%): %s",
        100 * avoidableBias(),
        100 * trainError,
        100 * optimalError,
        100 * variance(),
        100 * devError,
        verdict().advice);
  }

  /** Without what float64 adds: 0.16 − 0.15 is a little more than a point. */
  private static double rounded(double gap) {
    return Math.rint(gap * 1e9) / 1e9;
  }

  private static void requireFraction(String name, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException(name + "=" + value + " is not in [0, 1]");
    }
  }
}
