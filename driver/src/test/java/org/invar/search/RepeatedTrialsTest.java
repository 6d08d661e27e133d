package org.invar.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.invar.checkpoint.RunDirectory.Mode;
import org.invar.storage.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A configuration that several trials would have is trained once, and said. */
class RepeatedTrialsTest {
  @RegisterExtension static final Searches searches = new Searches();

  private static final String TEXT =
      "name: s\n"
          + SpaceTest.JOB
          + """
          space:
            train.batchSize: {choice: [100, 200]}
          objective: devLoss
          trials: 10
          """;

  /** Keeps what is told. */
  private record Told(List<String> warnings, List<Integer> of) implements SearchListener {
    @Override
    public void warning(String warning) {
      warnings.add(warning);
    }

    @Override
    public void ended(SearchedTrial trial, Standing standing) {
      of.add(standing.of());
    }
  }

  private static Told told() {
    return new Told(new ArrayList<>(), new ArrayList<>());
  }

  @Test
  void twoValuesInTenTrialsAreTwoTrainings() throws IOException {
    SearchSpec spec = SearchSpec.parse(TEXT + "stopping: none\n", "search.yaml");
    Told told = told();
    List<SearchedTrial> trials = searches.of(spec, "two").listener(told).run().ranked();
    assertEquals(2, trials.size());
    assertEquals(
        List.of(100, 200),
        trials.stream().map(t -> t.values().get("train.batchSize").intValue()).sorted().toList());
    assertEquals(1, told.warnings().size(), told.warnings().toString());
    String warning = told.warnings().get(0);
    assertTrue(warning.startsWith("8 of 10 trials would repeat"), warning);
    assertEquals(List.of(2, 2), told.of());
    String summary = Files.readString(searches.directory("two").resolve("summary.json"));
    assertEquals(8, Json.MAPPER.readTree(summary).get("repeated").asInt());

    // Those that are left out are left out again, and nothing is trained.
    Told resumed = told();
    List<SearchedTrial> again =
        searches.of(spec, "two").mode(Mode.RESUME).listener(resumed).run().ranked();
    assertEquals(Searches.outcome(trials), Searches.outcome(again));
    assertEquals(List.of(), resumed.of());
  }

  @Test
  void halvingComparesWhatDiffers() {
    SearchSpec spec =
        SearchSpec.parse(TEXT + "stopping: {asha: {reduction: 2, grace: 1}}\n", "search.yaml");
    List<SearchedTrial> trials = searches.of(spec, "asha").run().ranked();
    assertEquals(2, trials.size());
    assertEquals(TrialStatus.FINISHED, trials.get(0).status());
    assertEquals(2, trials.get(0).epochs());
    assertEquals(TrialStatus.PAUSED, trials.get(1).status());
  }

  /** The second stage keeps to the best of the first, which is trained already. */
  @Test
  void aStageThatRepeatsAnEarlierOneAddsNothing() {
    SearchSpec spec =
        SearchSpec.parse(
            TEXT
                + """
                stopping: none
                stages:
                  - {keys: train.batchSize, trials: 3}
                  - {keys: [], trials: 4, width: 0}
                """,
            "search.yaml");
    Told told = told();
    List<SearchedTrial> trials = searches.of(spec, "stages").listener(told).run().ranked();
    assertEquals(2, trials.size());
    assertTrue(trials.stream().allMatch(trial -> trial.stage() == 0));
    assertTrue(told.warnings().get(1).startsWith("4 of 4 trials"), told.warnings().toString());
  }
}
