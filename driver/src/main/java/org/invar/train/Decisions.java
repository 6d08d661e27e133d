package org.invar.train;

import java.util.Map;
import org.invar.config.TrainSettings;
import org.invar.optim.BestModel;
import org.invar.optim.EarlyStopping;
import org.invar.optim.Plateau;
import org.invar.optim.WatchedMetric;

/**
 * What an epoch's scores decide: when to stop, when to lower the learning rate, whose weights to
 * keep.
 *
 * <p>A pure function of the scores so far, so that whoever has the same scores decides the same.
 *
 * @param settings what the job watches
 */
record Decisions(TrainSettings settings) {
  /** Returns what is remembered after one more epoch; a score that is missing counts as NaN. */
  Position.Watches after(Position.Watches before, Map<String, Double> scores) {
    EarlyStopping stopping = settings.earlyStopping();
    WatchedMetric patience =
        stopping == null
            ? before.earlyStopping()
            : stopping.after(
                before.earlyStopping(), scores.getOrDefault(stopping.metric(), Double.NaN));
    Plateau plateau =
        settings
            .schedule()
            .plateau()
            .map(
                rule ->
                    rule.after(before.plateau(), scores.getOrDefault(rule.metric(), Double.NaN)))
            .orElse(before.plateau());
    String kept = settings.keepBest();
    WatchedMetric best =
        kept == null
            ? before.best()
            : new BestModel(kept).after(before.best(), scores.getOrDefault(kept, Double.NaN));
    return new Position.Watches(patience, plateau, best);
  }

  /** Returns whether the run ends with this epoch. */
  boolean stops(Position.Watches watches) {
    EarlyStopping stopping = settings.earlyStopping();
    return stopping != null && stopping.stops(watches.earlyStopping());
  }

  /** Returns whether this epoch's weights are the best so far, where the job keeps the best. */
  boolean keeps(Position.Watches watches) {
    return settings.keepBest() != null && watches.best().improved();
  }
}
