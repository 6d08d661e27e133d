package org.invar.search;

/** Where a trial is trained. */
public sealed interface Placement {
  /** Inside one Spark task, on one core; as many at once as there are cores. */
  record Executor() implements Placement {}

  /**
   * By a gang of all executors, as a training run is.
   *
   * @param parallel how many gangs there are at once, each of its part of the executors, at least 1
   */
  record Gang(int parallel) implements Placement {
    /** Refuses none. */
    public Gang {
      if (parallel < 1) {
        throw new IllegalArgumentException("parallel=" + parallel + " is not at least 1");
      }
    }

    /** Returns one after another. */
    public static Gang of() {
      return new Gang(1);
    }
  }
}
