package org.invar.source;

import java.io.Serializable;
import org.invar.rows.Identity;

/**
 * How a source is divided: by each row's identity and the seed, whatever else is in the source.
 *
 * @param dev the part of the rows that is the dev split
 * @param test the part of the rows that is the test split
 * @param seed the run's seed
 */
record Splits(double dev, double test, long seed) implements Serializable {
  /** Returns the split of a row. */
  Split of(Identity identity) {
    double point = identity.splitPoint(seed);
    if (point < test) {
      return Split.TEST;
    }
    return point < test + dev ? Split.DEV : Split.TRAIN;
  }
}
