package org.invar.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.invar.checkpoint.RunDirectory.Mode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What can be seen of a trial while it runs. */
class LiveCurvesTest {
  @TempDir private Path folder;

  private void write(String run, String... lines) throws Exception {
    Path directory = Files.createDirectories(folder.resolve("search/trials/0000" + run));
    Files.writeString(directory.resolve("metrics.jsonl"), String.join("\n", lines));
  }

  private SearchDirectory directory() {
    return SearchDirectory.open(
        folder.resolve("search").toString(), new Configuration(), "name: s\n", Mode.NEW);
  }

  private static List<Double> scores(SearchDirectory directory, int folds) {
    SearchedTrial trial = SearchedTrial.begun(0, 0, Map.of(), directory.trial(0));
    return new LiveCurves(directory, "devLoss", folds).of(List.of(trial)).get(0).scores();
  }

  private static String epoch(double loss) {
    return "{\"type\": \"epoch\", \"devLoss\": " + loss + "}";
  }

  @Test
  void theEpochsOfARun() throws Exception {
    SearchDirectory directory = directory();
    write("", "{\"type\": \"step\"}", epoch(3), epoch(2), "{\"type\": \"epo");
    assertEquals(List.of(3.0, 2.0), scores(directory, 1));
  }

  @Test
  void theMeanOfTheFoldsThatHaveComeSoFar() throws Exception {
    SearchDirectory directory = directory();
    write("/fold-0", epoch(3), epoch(2));
    assertEquals(List.of(3.0, 2.0), scores(directory, 3));
    write("/fold-1", epoch(5), "{\"type\"");
    assertEquals(List.of(4.0, 2.0), scores(directory, 3));
  }

  @Test
  void epochsAreSeenAsRunsWriteThem() throws Exception {
    SearchDirectory directory =
        SearchDirectory.open(
            folder.resolve("out").toString(), new Configuration(), "name: s\n", Mode.NEW);
    metrics(
        1,
        """
        {"type":"step","epoch":1,"step":1,"devLoss":9.0}
        {"type":"epoch","epoch":1,"step":2,"loss":3.0,"devLoss":0.5}
        {"type":"epoch","epoch":2,"step":4,"loss":2.0}
        {"type":"epoch","epoch":3,"step":6,"devLoss":0.25}
        {"type":"epoch","epoch":4,"step":8,"dev""");
    metrics(2, "{\"type\":\"epoch\",\"epoch\":1,\"step\":2,\"devLoss\":0.75}\n");
    SearchedTrial ahead =
        trial(directory, 2)
            .after(
                new PartResult(
                    false,
                    List.of(0.75, 0.625),
                    List.of(Map.of(), Map.of()),
                    Map.of(),
                    7,
                    1,
                    "1",
                    null));
    List<SearchedTrial> running =
        List.of(trial(directory, 0), trial(directory, 1), ahead.with(TrialStatus.RUNNING));
    List<SearchedTrial> seen = new LiveCurves(directory, "devLoss", 1).of(running);
    assertEquals(List.of(), seen.get(0).scores(), "nothing is written yet");
    assertEquals(List.of(0.5, Double.NaN, 0.25), seen.get(1).scores());
    assertEquals(0.25, seen.get(1).score());
    assertEquals(List.of(0.75, 0.625), seen.get(2).scores(), "the journal knows more");
  }

  private static SearchedTrial trial(SearchDirectory directory, int number) {
    return SearchedTrial.begun(number, 0, Map.of(), directory.trial(number));
  }

  private void metrics(int trial, String text) throws Exception {
    Path run = Files.createDirectories(folder.resolve("out/trials/%04d".formatted(trial)));
    Files.writeString(run.resolve("metrics.jsonl"), text);
  }

  @Test
  void whatIsLeftTakesAsLongAsWhatWasTrained() {
    assertEquals(39, Searching.secondsLeft(78, 6, 3), 1e-12);
    assertEquals(0, Searching.secondsLeft(-2, 6, 3), "more was trained than was expected");
    assertTrue(Double.isNaN(Searching.secondsLeft(78, 0, 3)), "nothing tells the pace");
  }
}
