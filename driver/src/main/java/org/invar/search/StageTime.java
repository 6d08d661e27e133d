package org.invar.search;

/**
 * What a stage has cost, in this process.
 *
 * @param stage counted from 0
 * @param parts of trials' trainings that ran
 * @param slots how many could run at once
 * @param seconds from the first part's beginning to the last one's end
 * @param medianSeconds that a part took inside its task
 * @param taskSeconds of all parts inside their tasks, together
 */
public record StageTime(
    int stage, int parts, int slots, double seconds, double medianSeconds, double taskSeconds) {
  /** Returns the seconds over those of parts of the median length that leave no core idle. */
  public double overIdeal() {
    return seconds / (Math.ceil((double) parts / slots) * medianSeconds);
  }

  /** Returns the part of the cores' time that trials have used, a fraction. */
  public double busy() {
    return taskSeconds / (seconds * slots);
  }
}
