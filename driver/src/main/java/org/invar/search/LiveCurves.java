package org.invar.search;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.invar.storage.Json;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far running trials have come, from the metrics that their runs write; looks at most once a
 * second.
 */
final class LiveCurves {
  private static final Logger LOG = LoggerFactory.getLogger(LiveCurves.class);

  /** A look at a file each; more would be a burden to the file system. */
  private static final int MOST = 8;

  private static final long LOOK_NANOS = 1_000_000_000;

  private final SearchDirectory directory;
  private final String metric;
  private final int folds;
  private final Map<Integer, SearchedTrial> seen = new HashMap<>();
  private long looked = System.nanoTime() - LOOK_NANOS;

  /**
   * Makes the curves of a search.
   *
   * @param metric that is looked at
   * @param folds of each trial; a score is the mean of those that have come so far
   */
  LiveCurves(SearchDirectory directory, String metric, int folds) {
    this.directory = directory;
    this.metric = metric;
    this.folds = folds;
  }

  /** Returns the trials with the scores of the epochs that were seen at the last look. */
  List<SearchedTrial> of(List<SearchedTrial> running) {
    if (System.nanoTime() - looked >= LOOK_NANOS) {
      seen.clear();
      running.stream().limit(MOST).forEach(trial -> seen.put(trial.number(), look(trial)));
      looked = System.nanoTime();
    }
    return running.stream().map(this::newest).toList();
  }

  private SearchedTrial newest(SearchedTrial trial) {
    SearchedTrial before = seen.getOrDefault(trial.number(), trial);
    return before.epochs() > trial.epochs() ? before : trial;
  }

  private SearchedTrial look(SearchedTrial trial) {
    List<Double> scores = scores(trial);
    return scores.size() <= trial.epochs()
        ? trial
        : new SearchedTrial(
            trial.number(),
            trial.stage(),
            trial.values(),
            trial.status(),
            scores,
            trial.curves(),
            trial.finals(),
            trial.parameters(),
            trial.seconds(),
            trial.failure(),
            trial.directory());
  }

  /** The mean over the folds that have come to an epoch: they are trained one after another. */
  private List<Double> scores(SearchedTrial trial) {
    List<List<Double>> all =
        IntStream.range(0, folds).mapToObj(fold -> run(trial.run(fold, folds))).toList();
    int epochs = all.stream().mapToInt(List::size).max().orElse(0);
    return IntStream.range(0, epochs)
        .mapToObj(
            epoch ->
                all.stream()
                    .filter(run -> run.size() > epoch)
                    .mapToDouble(run -> run.get(epoch))
                    .average()
                    .orElse(Double.NaN))
        .toList();
  }

  private List<Double> run(String run) {
    List<Double> scores = new ArrayList<>();
    directory.metrics(
        run,
        line -> {
          try {
            JsonNode entry = Json.MAPPER.readTree(line);
            if (entry.path("type").asText().equals("epoch")) {
              scores.add(entry.path(metric).asDouble(Double.NaN));
            }
          } catch (JacksonException e) {
            LOG.debug("a line of {} is being written", run, e);
          }
        });
    return scores;
  }
}
