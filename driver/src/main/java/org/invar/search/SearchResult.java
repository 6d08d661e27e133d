package org.invar.search;

import java.util.List;
import java.util.Optional;

/**
 * What a search ended with.
 *
 * @param directory its directory
 * @param ranked all trials: those that were trained to the end first, by their score, then the
 *     others, those with more epochs first
 * @param times what each stage cost in this process; none of stages that were over before
 */
public record SearchResult(String directory, List<SearchedTrial> ranked, List<StageTime> times) {
  /** Takes unmodifiable copies. */
  public SearchResult {
    ranked = List.copyOf(ranked);
    times = List.copyOf(times);
  }

  /** Returns the best trial; empty when none could be trained. */
  public Optional<SearchedTrial> best() {
    return ranked.stream().findFirst().filter(trial -> trial.status() == TrialStatus.FINISHED);
  }
}
