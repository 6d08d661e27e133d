package org.invar.search;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.invar.search.schedule.Objective;

/** The order of trials. */
final class Ranking {
  private Ranking() {}

  /**
   * Returns those that were trained to the end first, by their score; then the others, those with
   * more epochs first, since scores of different epochs do not compare; of equal ones the first.
   */
  static List<SearchedTrial> ranked(Collection<SearchedTrial> trials, Objective objective) {
    return trials.stream()
        .sorted(
            Comparator.comparing((SearchedTrial trial) -> trial.status() == TrialStatus.FAILED)
                .thenComparing(trial -> trial.status() != TrialStatus.FINISHED)
                .thenComparing(
                    trial -> trial.status() == TrialStatus.FINISHED ? 0 : -trial.epochs())
                .thenComparing(SearchedTrial::score, objective.order())
                .thenComparing(SearchedTrial::number))
        .toList();
  }
}
