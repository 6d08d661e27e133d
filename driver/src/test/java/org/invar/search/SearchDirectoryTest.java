package org.invar.search;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.invar.InvarException;
import org.invar.checkpoint.RunDirectory.Mode;
import org.invar.train.Trainer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is there already, and what a search may do with it. */
class SearchDirectoryTest {
  @RegisterExtension static final Searches searches = new Searches();

  @Test
  void directoriesAndMetricsAreChecked() throws Exception {
    SearchSpec spec = Searches.spec("trials: 1\n");
    String misspelled = "name: s\n" + Searches.JOB + Searches.SPACE.replace("devLoss", "devLos");
    String refusal =
        assertThrows(InvarException.class, () -> SearchSpec.parse(misspelled, "search.yaml"))
            .getMessage();
    assertTrue(refusal.contains("search.yaml:28: objective"), refusal);
    assertTrue(refusal.contains("devLoss") && refusal.contains("found devLos"), refusal);
    searches.of(spec, "there").run();
    Search again = searches.of(spec, "there");
    assertTrue(assertThrows(InvarException.class, again::run).getMessage().contains("--resume"));
    Search other = searches.of(Searches.spec("trials: 2\n"), "there").mode(Mode.RESUME);
    String message = assertThrows(InvarException.class, other::run).getMessage();
    assertTrue(message.contains("trials: 1") && message.contains("trials: 2"), message);
    assertEquals(
        2,
        searches
            .of(Searches.spec("trials: 2\n"), "there")
            .mode(Mode.OVERWRITE)
            .run()
            .ranked()
            .size());

    Path foreign = Files.createDirectory(searches.directory("foreign"));
    Files.writeString(foreign.resolve("search.yaml"), "name: mine\n");
    Search wrong = searches.of(spec, "foreign").mode(Mode.OVERWRITE);
    assertThrows(InvarException.class, wrong::run);
    assertEquals("name: mine\n", Files.readString(foreign.resolve("search.yaml")));
  }

  @Test
  void deletesNothingThatASearchDidNotWrite() throws Exception {
    SearchSpec spec = Searches.spec("trials: 1\nstopping: none\n");
    Path foreign = Files.createDirectories(searches.directory("photos"));
    Files.writeString(foreign.resolve("holiday.txt"), "mine");
    Path run = searches.directory("a-run");
    Trainer.of(searches.spark(), spec.job()).directory(run.toString()).train();
    byte[] weights = Searches.weights(run);
    for (Mode mode : List.of(Mode.OVERWRITE, Mode.RESUME, Mode.NEW)) {
      for (String name : List.of("photos", "a-run")) {
        Search search = searches.of(spec, name).mode(mode);
        String message = assertThrows(InvarException.class, search::run).getMessage();
        assertTrue(message.contains(name) && message.contains("--out"), message);
      }
    }
    assertEquals("mine", Files.readString(foreign.resolve("holiday.txt")));
    assertFalse(Files.exists(foreign.resolve("search.yaml")));
    assertArrayEquals(weights, Searches.weights(run));

    searches.of(spec, "replaced").run();
    Path replaced = searches.directory("replaced");
    Files.writeString(replaced.resolve("notes.txt"), "mine");
    Files.writeString(replaced.resolve("trials/0000/old.txt"), "the search's");
    searches.of(spec, "replaced").mode(Mode.OVERWRITE).run();
    assertEquals("mine", Files.readString(replaced.resolve("notes.txt")));
    assertFalse(Files.exists(replaced.resolve("trials/0000/old.txt")));
    assertTrue(Files.exists(replaced.resolve("best/model")));
  }
}
