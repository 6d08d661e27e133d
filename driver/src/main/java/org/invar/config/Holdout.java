package org.invar.config;

import org.invar.config.bind.Unnamed;
import org.invar.source.DataSource;

/** Where the rows of a dev or test set come from. */
public sealed interface Holdout permits Holdout.Split, Holdout.Source {
  /**
   * A part of the training source, by a hash of each row.
   *
   * @param fraction above 0 and below 1
   */
  record Split(double fraction) implements Holdout {
    /** Refuses fractions that leave nothing on one side. */
    public Split {
      Require.check(
          fraction > 0 && fraction < 1, "fraction", fraction, "a fraction above 0 and below 1");
    }
  }

  /**
   * A source of its own.
   *
   * @param source with the columns of the training source
   */
  @Unnamed
  record Source(DataSource source) implements Holdout {}
}
