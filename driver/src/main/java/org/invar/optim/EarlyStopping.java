package org.invar.optim;

/**
 * A stand-in.
 *
 * @param metric metric
 * @param patience patience
 * @param minDelta minDelta
 */
public record EarlyStopping(String metric, int patience, double minDelta) {
  /** Refuses no patience. */
  public EarlyStopping {
    if (patience < 1) {
      throw new IllegalArgumentException("patience=" + patience + " is not at least 1");
    }
  }

  /** Returns the defaults. */
  public static EarlyStopping of(int patience) {
    return new EarlyStopping("devLoss", patience, 0);
  }
}
