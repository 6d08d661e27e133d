package org.invar.search.schedule;

/** Which trials are trained to the end. */
public sealed interface Stopping {
  /**
   * Asynchronous successive halving: of the trials that were trained for grace epochs the best part
   * goes on to reduction times as many, and so on.
   *
   * <p>Whenever a core is free, the best promotable trial of the highest rung goes on; where there
   * is none, a new trial begins. Source: Li, Jamieson, Rostamizadeh, Gonina, Ben-Tzur, Hardt,
   * Recht, Talwalkar, "A System for Massively Parallel Hyperparameter Tuning", MLSys 2020, <a
   * href="https://arxiv.org/abs/1810.05934">arXiv:1810.05934</a>, algorithm 2 with s = 0; its
   * experiments take η = 4.
   *
   * @param reduction η: one of so many trials of a rung goes on, at least 2; a larger number ends
   *     more of them earlier
   * @param grace r: the epochs that every trial gets, at least 1; with too few, what learns slowly
   *     at first is lost
   */
  record Asha(int reduction, int grace) implements Stopping {
    /** Refuses what would not halve. */
    public Asha {
      atLeast("reduction", 2, reduction);
      atLeast("grace", 1, grace);
    }

    /** Returns the published settings. */
    public static Asha of() {
      return new Asha(4, 1);
    }
  }

  /**
   * The median rule: a trial ends when its best score so far is worse than the median of the other
   * trials' mean scores up to the same epoch.
   *
   * <p>Source: Golovin, Solnik, Moitra, Kochanski, Karro, Sculley, "Google Vizier: A Service for
   * Black-Box Optimization", KDD 2017, <a
   * href="https://doi.org/10.1145/3097983.3098043">doi:10.1145/3097983.3098043</a>, 3.2.2.
   *
   * @param grace the epochs that every trial gets, at least 1
   * @param every after how many epochs the rule is applied again, at least 1; each time costs a
   *     checkpoint
   * @param least how many other trials must have come so far, at least 1
   */
  record Median(int grace, int every, int least) implements Stopping {
    /** Refuses what is never applied. */
    public Median {
      atLeast("grace", 1, grace);
      atLeast("every", 1, every);
      atLeast("least", 1, least);
    }

    /** Returns usual settings. */
    public static Median of() {
      return new Median(1, 1, 5);
    }
  }

  /** Every trial is trained to the end. */
  record None() implements Stopping {}

  private static void atLeast(String name, int least, int value) {
    if (value < least) {
      throw new IllegalArgumentException(
          name + "=" + value + " is not a whole number of at least " + least);
    }
  }
}
