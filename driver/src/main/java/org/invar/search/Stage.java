package org.invar.search;

import java.util.List;

/**
 * A part of a search, in the order of importance of the settings.
 *
 * <p>Its keys are drawn from their whole range; those of the stages before it around the best trial
 * so far; those that come later stay as the job has them.
 *
 * @param keys of the space; none to search closer around the best alone
 * @param trials how many, at least 1
 * @param width the part of its scale around the best that a setting of an earlier stage is drawn
 *     from, in [0, 1]; 0 keeps the best value
 */
public record Stage(List<String> keys, int trials, double width) {
  /** Refuses stages without trials. */
  public Stage {
    keys = List.copyOf(keys);
    if (trials < 1) {
      throw new IllegalArgumentException("trials=" + trials + " is not at least 1");
    }
    if (!(width >= 0 && width <= 1)) {
      throw new IllegalArgumentException("width=" + width + " is not in [0, 1]");
    }
  }

  /** Returns a stage that stays within a quarter of each earlier setting's scale. */
  public static Stage of(List<String> keys, int trials) {
    return new Stage(keys, trials, 0.25);
  }
}
