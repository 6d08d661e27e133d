package org.invar.checkpoint;

import java.util.List;
import org.invar.storage.SliceFile;
import org.jspecify.annotations.Nullable;

/** Whether slices together are the whole vectors, each element once. */
final class Coverage {
  private Coverage() {}

  /**
   * Returns what is wrong with slices, or null when nothing is.
   *
   * @param slices by rank; each must begin where the one before it ends, and all must have the same
   *     number of moments
   * @param parameters the parameters' length
   * @param state the state's length
   */
  static @Nullable String fault(List<SliceFile> slices, int parameters, int state) {
    int to = 0;
    int stateTo = 0;
    for (SliceFile slice : slices) {
      String name = slice.file().name();
      if (slice.from() != to) {
        return name + " with parameters from " + slice.from() + ", not from " + to;
      }
      if (slice.stateFrom() != stateTo) {
        return name + " with state from " + slice.stateFrom() + ", not from " + stateTo;
      }
      if (slice.moments() != slices.get(0).moments()) {
        return name
            + " with "
            + slice.moments()
            + " moments, not "
            + slices.get(0).moments()
            + " as the first slice";
      }
      to = slice.to();
      stateTo = slice.stateTo();
    }
    return slices.isEmpty() || to != parameters || stateTo != state
        ? "%d slices with %d of %d parameters and %d of %d elements of state"
            .formatted(slices.size(), to, parameters, stateTo, state)
        : null;
  }
}
