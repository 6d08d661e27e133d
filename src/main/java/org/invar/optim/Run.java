package org.invar.optim;

import java.util.ArrayList;
import java.util.List;
import org.invar.tensor.Layout;

/**
 * Neighbouring elements of a slice that are treated alike.
 *
 * @param from the first, counted from the slice's
 * @param to the one behind the last
 * @param decayed whether L2 regularization and weight decay act on them
 */
record Run(int from, int to, boolean decayed) {
  /** Returns the runs of the slice [from, to) of a flat vector, from left to right. */
  static List<Run> of(Layout layout, int from, int to) {
    List<Run> runs = new ArrayList<>();
    for (Layout.Entry entry : layout.entries()) {
      int start = Math.max(entry.offset(), from) - from;
      int end = Math.min(entry.end(), to) - from;
      boolean decayed = entry.spec().decayed();
      if (start >= end) {
        continue;
      }
      int last = runs.size() - 1;
      if (last >= 0 && runs.get(last).decayed() == decayed) {
        runs.set(last, new Run(runs.get(last).from(), end, decayed));
      } else {
        runs.add(new Run(start, end, decayed));
      }
    }
    return List.copyOf(runs);
  }
}
