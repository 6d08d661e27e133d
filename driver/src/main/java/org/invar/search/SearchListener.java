package org.invar.search;

import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Somebody who watches a search from the driver; every method does nothing by default. */
public interface SearchListener {
  /**
   * What is known before the first trial.
   *
   * @param name the search's
   * @param trials how many there are
   * @param stages how many stages
   * @param shards V of all trials
   * @param epochs of a trial that is trained to its end
   * @param slots how many trials can be trained at once
   * @param known the trials that the journal has already
   */
  record Started(
      String name, int trials, int stages, int shards, int epochs, int slots, int known) {}

  /**
   * How a search stands.
   *
   * @param trials those that have begun, by number
   * @param running those that are being trained, as their parts before have left them
   * @param live gives the same with the epochs since then, from the files of the first of them; to
   *     be asked by the thread that was called, and only by who shows them
   * @param best the best so far, or null
   * @param of how many trials there are
   * @param secondsLeft about; NaN while that is not known
   */
  record Standing(
      List<SearchedTrial> trials,
      List<SearchedTrial> running,
      Supplier<List<SearchedTrial>> live,
      @Nullable SearchedTrial best,
      int of,
      double secondsLeft) {}

  /** Called once, before the first trial. */
  default void started(Started started) {}

  /** Called with what the user should know: a sentence. */
  default void warning(String warning) {}

  /** Called when a part of a trial's training has ended. */
  default void ended(SearchedTrial trial, Standing standing) {}

  /** Called about every second. */
  default void standing(Standing standing) {}

  /** Called when a stage is over, with what it cost. */
  default void stage(StageTime time) {}

  /** Called once, after everything was written. */
  default void finished(SearchResult result) {}
}
