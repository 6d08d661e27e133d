package org.invar.search;

import static org.junit.jupiter.api.Assertions.assertEquals;

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

  private List<Double> scores(int folds) {
    SearchDirectory directory =
        SearchDirectory.open(
            folder.resolve("search").toString(), new Configuration(), "", Mode.OVERWRITE);
    SearchedTrial trial = SearchedTrial.begun(0, 0, Map.of(), directory.trial(0));
    return new LiveCurves(directory, "devLoss", folds).of(List.of(trial)).get(0).scores();
  }

  private static String epoch(double loss) {
    return "{\"type\": \"epoch\", \"devLoss\": " + loss + "}";
  }

  @Test
  void theEpochsOfARun() throws Exception {
    Files.createDirectories(folder.resolve("search"));
    Files.writeString(folder.resolve("search/search.yaml"), "");
    write("", "{\"type\": \"step\"}", epoch(3), epoch(2), "{\"type\": \"epo");
    assertEquals(List.of(3.0, 2.0), scores(1));
  }

  @Test
  void theMeanOfTheFoldsThatHaveComeSoFar() throws Exception {
    Files.createDirectories(folder.resolve("search"));
    Files.writeString(folder.resolve("search/search.yaml"), "");
    write("/fold-0", epoch(3), epoch(2));
    assertEquals(List.of(3.0, 2.0), scores(3));
    write("/fold-1", epoch(5), "{\"type\"");
    assertEquals(List.of(4.0, 2.0), scores(3));
  }
}
