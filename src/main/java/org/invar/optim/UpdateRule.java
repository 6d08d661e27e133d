package org.invar.optim;

import java.io.Serializable;
import java.util.List;
import java.util.stream.Stream;
import org.invar.tensor.Layout;

/**
 * How a batch's gradient becomes an update: one value, from the job to every slice of the flat
 * vector.
 *
 * <p>Of the groups that fit a parameter's name the last decides; a parameter that none fits is
 * updated at the schedule's rate.
 *
 * @param optimizer the rule of an element
 * @param l2 λ of the cost (1/m)(λ/2) ΣW² over decayed entries that are not frozen, 0 for none
 * @param clipping bounds on the gradient
 * @param groups the parameters that are frozen, or have a rate of their own
 */
public record UpdateRule(Optimizer optimizer, double l2, Clipping clipping, List<Group> groups)
    implements Serializable {
  /** What {@link #group} says of a parameter that no group fits. */
  public static final int NO_GROUP = -1;

  /** Refuses an l2 that is negative, or not in float32. */
  public UpdateRule {
    Require.float32("l2", l2);
    groups = List.copyOf(groups);
  }

  /** Returns the rule of an optimizer alone. */
  public static UpdateRule of(Optimizer optimizer) {
    return of(optimizer, 0, Clipping.of());
  }

  /** Returns the rule of all parameters alike. */
  public static UpdateRule of(Optimizer optimizer, double l2, Clipping clipping) {
    return new UpdateRule(optimizer, l2, clipping, List.of());
  }

  /** Returns which group decides over the parameter of that name, or {@link #NO_GROUP}. */
  public int group(String name) {
    for (int i = groups.size() - 1; i >= 0; i--) {
      if (groups.get(i).fits(name)) {
        return i;
      }
    }
    return NO_GROUP;
  }

  /** Returns the parameters over which a group decides, or over which {@link #NO_GROUP} does. */
  public List<Layout.Entry> entries(Layout layout, int group) {
    return layout.entries().stream().filter(entry -> group(entry.name()) == group).toList();
  }

  /** Returns the parameters that keep their values. */
  public List<Layout.Entry> frozen(Layout layout) {
    return layout.entries().stream().filter(entry -> isFrozen(entry.name())).toList();
  }

  /** Returns whether the parameter of that name keeps its values. */
  boolean isFrozen(String name) {
    int group = group(name);
    return group != NO_GROUP && groups.get(group).frozen();
  }

  /** Returns by what the schedule's rate is multiplied for the parameter of that name. */
  double rate(String name) {
    int group = group(name);
    return group == NO_GROUP ? 1 : groups.get(group).rate();
  }

  /** Returns the distinct factors of the schedule's rate, 1 before all others. */
  List<Double> rates() {
    return Stream.concat(Stream.of(1.0), groups.stream().map(Group::rate)).distinct().toList();
  }
}
