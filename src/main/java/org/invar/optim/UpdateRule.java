package org.invar.optim;

import java.io.Serializable;

/**
 * How a batch's gradient becomes an update: one value, from the job to every slice of the flat
 * vector.
 *
 * @param optimizer the rule of an element
 * @param l2 λ of the cost (1/m)(λ/2) ΣW² over decayed entries, 0 for none
 * @param clipping bounds on the gradient
 */
public record UpdateRule(Optimizer optimizer, double l2, Clipping clipping)
    implements Serializable {
  /** Refuses an l2 that is negative, or not in float32. */
  public UpdateRule {
    Require.float32("l2", l2);
  }

  /** Returns the optimizer's rule alone. */
  public static UpdateRule of(Optimizer optimizer) {
    return new UpdateRule(optimizer, 0, Clipping.of());
  }
}
