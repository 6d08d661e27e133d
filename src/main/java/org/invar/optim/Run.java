package org.invar.optim;

import java.util.ArrayList;
import java.util.List;
import org.invar.tensor.Layout;

/**
 * Neighbouring elements of a flat vector that are updated alike. What is frozen is in no run.
 *
 * @param from the first
 * @param to the one behind the last
 * @param decayed whether L2 regularization and weight decay act on them
 * @param rate the place of the learning rate's factor among {@link UpdateRule#rates}
 */
record Run(int from, int to, boolean decayed, int rate) {
  /** Returns the runs of the whole vector, from left to right. */
  static List<Run> of(Layout layout, UpdateRule rule) {
    List<Double> rates = rule.rates();
    List<Run> runs = new ArrayList<>();
    for (Layout.Entry entry : layout.entries()) {
      if (rule.isFrozen(entry.name())) {
        continue;
      }
      int rate = rates.indexOf(rule.rate(entry.name()));
      var run = new Run(entry.offset(), entry.end(), entry.spec().decayed(), rate);
      int last = runs.size() - 1;
      if (last >= 0 && runs.get(last).goesOnAs(run)) {
        runs.set(last, new Run(runs.get(last).from, run.to, run.decayed, run.rate));
      } else {
        runs.add(run);
      }
    }
    return List.copyOf(runs);
  }

  private boolean goesOnAs(Run next) {
    return to == next.from && decayed == next.decayed && rate == next.rate;
  }

  /** Returns what of the runs lies in [start, end), counted from {@code start}. */
  static List<Run> within(List<Run> runs, int start, int end) {
    List<Run> parts = new ArrayList<>();
    for (Run run : runs) {
      int from = Math.max(run.from, start) - start;
      int to = Math.min(run.to, end) - start;
      if (from < to) {
        parts.add(new Run(from, to, run.decayed, run.rate));
      }
    }
    return List.copyOf(parts);
  }
}
