package org.invar.search;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.invar.storage.Json;

/** How far running trials have come, from the metrics that their runs write. */
final class LiveCurves {
  /** A look at a file each; more would be a burden to the file system. */
  private static final int MOST = 16;

  private final SearchDirectory directory;
  private final String metric;

  LiveCurves(SearchDirectory directory, String metric) {
    this.directory = directory;
    this.metric = metric;
  }

  /** Returns the trials with the scores of the epochs that are to be seen. */
  List<SearchedTrial> of(List<SearchedTrial> running) {
    List<SearchedTrial> seen = new ArrayList<>();
    for (SearchedTrial trial : running) {
      seen.add(seen.size() < MOST ? look(trial) : trial);
    }
    return seen;
  }

  private SearchedTrial look(SearchedTrial trial) {
    List<Double> scores = new ArrayList<>();
    for (String line : directory.metrics(trial.directory())) {
      try {
        JsonNode entry = Json.MAPPER.readTree(line);
        if (entry.path("type").asText().equals("epoch")) {
          scores.add(entry.path(metric).asDouble(Double.NaN));
        }
      } catch (JacksonException e) {
        break; // Is being written.
      }
    }
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
}
