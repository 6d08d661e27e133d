package org.invar.optim;

import java.io.Serializable;
import java.util.regex.Pattern;

/**
 * How the parameters whose names fit a pattern are updated, where that is not as all others are.
 *
 * @param match the pattern of whole names: {@code *} stands for any characters, dots among them,
 *     {@code ?} for one, and all others for themselves
 * @param frozen whether they keep their values: no update, no L2 or weight decay, no part in the
 *     norm of the gradient
 * @param rate by what the schedule's learning rate is multiplied, positive; 1 where frozen
 */
public record Group(String match, boolean frozen, double rate) implements Serializable {
  /** Refuses a rate that is not positive, or that would mean nothing. */
  public Group {
    Require.positive("rate", rate);
    if (frozen && rate != 1) {
      throw new IllegalArgumentException(
          "rate=" + rate + " is not absent where frozen is true. Leave one of the two out");
    }
  }

  /** Returns the group of an update as without it: an exception from a wider group before it. */
  public static Group of(String match) {
    return new Group(match, false, 1);
  }

  /** Returns whether the pattern fits a parameter's name. */
  public boolean fits(String name) {
    String pattern = Pattern.quote(match).replace("*", "\\E.*\\Q").replace("?", "\\E.\\Q");
    return Pattern.matches(pattern, name);
  }
}
