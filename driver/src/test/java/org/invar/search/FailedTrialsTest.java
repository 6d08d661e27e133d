package org.invar.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.invar.InvarException;
import org.invar.checkpoint.RunDirectory.Mode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Trials that cannot be trained end with their reason; whatever else fails stops the search. */
class FailedTrialsTest {
  @RegisterExtension static final Searches searches = new Searches();

  @Test
  void whatCannotBeTrainedIsRecordedAndTheSearchGoesOn() throws Exception {
    SearchSpec spec =
        SearchSpec.parse(
            "name: s\n"
                + Searches.JOB.replace("keepBest: devLoss", "clip: {}")
                + """
                space:
                  model.layers[0].conv2d.kernel: {choice: [3, 9]}
                  train.optimizer: {choice: [adam, sgd]}
                  train.schedule.constant: {choice: [0.01, 1e30]}
                  train.l2: {uniform: [0, 1e-6]}
                objective: devAccuracy
                trials: 12
                stopping: {asha: {reduction: 2}}
                """,
            "search.yaml");
    List<SearchedTrial> trials = searches.of(spec, "failing").run().ranked();
    assertEquals(12, trials.size());
    int shapes = 0;
    int wild = 0;
    for (SearchedTrial trial : trials) {
      String failure = String.valueOf(trial.failure());
      if (trial.values().get("model.layers[0].conv2d.kernel").intValue() == 9) {
        assertTrue(failure.contains("layer conv2d1"), failure);
        shapes++;
      } else if (trial.values().get("train.schedule.constant").doubleValue() > 1) {
        assertTrue(failure.contains("NaN or infinity"), failure);
        wild++;
      } else {
        assertNotEquals(TrialStatus.FAILED, trial.status(), failure);
      }
    }
    assertTrue(shapes > 0 && wild > 0 && shapes + wild < 12, shapes + " and " + wild);
    assertEquals(TrialStatus.FINISHED, trials.get(0).status());
    String csv = Files.readString(searches.directory("failing/trials.csv"));
    assertTrue(csv.contains("layer conv2d1") && csv.contains("NaN or infinity"), csv);
  }

  @Test
  void whatIsNotATrialsOwnStopsTheSearchAndIsNotItsEnd() throws Exception {
    for (String placement : List.of("executor", "gang")) {
      SearchSpec spec = Searches.spec("trials: 3\nstopping: none\nplacement: " + placement + "\n");
      String name = "storage-" + placement;
      Path trials = searches.directory(name).resolve("trials");
      SearchListener breaking =
          new SearchListener() {
            @Override
            public void started(Started started) {
              try {
                Files.writeString(trials, "a file in the way");
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            }
          };
      Search search = searches.of(spec, name).listener(breaking);
      String message = assertThrows(InvarException.class, search::run).getMessage();
      assertTrue(message.contains("trial ") && message.contains("--resume"), message);
      String journal = Files.readString(searches.directory(name).resolve("journal-0000.jsonl"));
      assertTrue(journal.contains("values") && !journal.contains("finished"), journal);

      Files.delete(trials);
      List<SearchedTrial> all = searches.of(spec, name).mode(Mode.RESUME).run().ranked();
      assertEquals(3, all.size());
      assertTrue(all.stream().allMatch(trial -> trial.status() == TrialStatus.FINISHED));
    }
  }

  /** What fails beside another trial and not alone is the cluster's doing, and no trial's end. */
  @Test
  void trialsThatDoNotFitBesideEachOtherAreTrainedAlone() {
    String text = "name: s\n" + Searches.jobWith("crowd") + Searches.SPACE;
    SearchSpec spec = OwnLayerSearch.spec(text + "trials: 3\nstopping: none\n");
    List<SearchedTrial> trials = searches.of(spec, "crowd").run().ranked();
    assertEquals(2, Crowd.failed());
    assertEquals(3, trials.size());
    for (SearchedTrial trial : trials) {
      assertEquals(TrialStatus.FINISHED, trial.status(), trial.failure());
    }
  }

  /** More than the process has: refused by the allocator, tried once more, and the trial's end. */
  @Test
  void aTrialThatNeedsTooMuchMemoryIsRecordedAndTheSearchGoesOn() throws Exception {
    SearchSpec spec =
        SearchSpec.parse(
            "name: s\n"
                + Searches.JOB
                + """
                space:
                  model.layers[4].dense.units: {choice: [8, 3000000]}
                  train.l2: {uniform: [0, 1e-6]}
                objective: devLoss
                trials: 4
                stopping: none
                """,
            "search.yaml");
    List<SearchedTrial> trials = searches.of(spec, "memory").run().ranked();
    assertEquals(4, trials.size());
    long large = 0;
    for (SearchedTrial trial : trials) {
      if (trial.values().get("model.layers[4].dense.units").intValue() > 8) {
        assertEquals(TrialStatus.FAILED, trial.status());
        assertTrue(String.valueOf(trial.failure()).startsWith("out of memory: "), trial.failure());
        large++;
      } else {
        assertEquals(TrialStatus.FINISHED, trial.status(), trial.failure());
      }
    }
    assertTrue(large > 0 && large < 4, large + " of 4 are too large");
  }
}
