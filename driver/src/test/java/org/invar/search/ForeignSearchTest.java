package org.invar.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.io.FileUtils;
import org.invar.InvarException;
import org.invar.checkpoint.RunDirectory.Mode;
import org.invar.checkpoint.Tampering;
import org.invar.storage.DamagedFileException;
import org.invar.storage.Json;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The files of a search that somebody else has written, or of which a part is missing. */
class ForeignSearchTest {
  /** Of the changes of an identity each so-many-th is tried; all of them in the profile soak. */
  private static final int STRIDE = Boolean.getBoolean("invar.whole") ? 1 : 8;

  @RegisterExtension static final Searches searches = new Searches();

  private static final String JOB =
      """
      job:
        name: small
        data: {train: {format: digits}, dev: {split: 0.2}, test: {split: 0.5}, scale: 16}
        model: {layers: [flatten, dense: 10]}
        loss: softmaxCrossEntropy
        train: {epochs: 1, batchSize: 400, optimizer: adam, schedule: {constant: 0.01}}
      space:
        train.schedule.constant: {logUniform: [1e-3, 1e-1]}
        train.optimizer: {choice: [adam, momentum]}
      objective: devLoss
      stopping: none
      """;

  private static final String STAGES =
      """
      stages:
        - {keys: train.schedule.constant, trials: 1}
        - {keys: train.optimizer, trials: 2, width: 0.5}
      """;

  private static SearchSpec spec(String more) {
    return SearchSpec.parse("name: s\n" + JOB + more, "search.yaml");
  }

  /** One with a journal, a stage and a trial that has not begun. */
  @BeforeAll
  static void search() {
    Searches.stopAfter(2, searches.of(spec(STAGES), "original"));
  }

  private static Path copy(String name) throws Exception {
    return Tampering.copy(searches.directory("original"), searches.directory(name));
  }

  private static String refused(Path directory, String what) {
    Search search = searches.of(spec(STAGES), directory.getFileName().toString());
    String message =
        assertThrows(InvarException.class, search.mode(Mode.RESUME)::run, what).getMessage();
    assertEquals(1, message.lines().count(), what + ": " + message);
    assertTrue(message.contains(directory.toString()), what + ": " + message);
    return message;
  }

  /** Whatever is cut off, and wherever: trials of two searches are never ranked together. */
  @ParameterizedTest
  @ValueSource(strings = {"search.yaml", "identity.json", "stage-0001.json"})
  void aPartOfAFileIsNone(String name) throws Exception {
    Path directory = copy("part-" + name);
    Path file = directory.resolve(name);
    byte[] whole = Files.readAllBytes(file);
    for (int length : new int[] {0, 1, whole.length / 2, whole.length - 3}) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertTrue(refused(directory, length + " bytes").contains(name), name + " " + length);
    }
    if (!name.equals("search.yaml")) {
      Files.delete(file);
      assertTrue(refused(directory, "none").contains(name), name);
    }
    Files.write(file, whole);
    assertEquals(3, resumed(directory).ranked().size());
  }

  private static SearchResult resumed(Path directory) {
    return searches.of(spec(STAGES), directory.getFileName().toString()).mode(Mode.RESUME).run();
  }

  @Test
  void aSearchThatWasChangedByHandIsRefused() throws Exception {
    Path directory = copy("changed");
    Path file = directory.resolve("search.yaml");
    Files.writeString(file, Files.readString(file).replace("batchSize: 400", "batchSize: 300"));
    refused(directory, "changed");
    Tampering.copy(searches.directory("original"), directory);
    Path identity = directory.resolve("identity.json");
    Files.writeString(
        identity, Files.readString(identity).replaceFirst("\"rows\" : 1", "\"rows\" : 2"));
    refused(directory, "identity");
  }

  /** The test split decides what a search's finals are; a name or a placement decides nothing. */
  @Test
  void whatDecidesATrialIsComparedAndNothingElse() throws Exception {
    copy("compared");
    SearchSpec other =
        SearchSpec.parse(
            "name: other\nplacement: {gang: {parallel: 1}}\n"
                + JOB.replace("name: small", "name: renamed")
                + STAGES,
            "search.yaml");
    for (String text :
        List.of(
            JOB.replace("test: {split: 0.5}", "test: {split: 0.4}") + STAGES,
            JOB.replace("batchSize: 400", "batchSize: 300") + STAGES,
            JOB + STAGES.replace("width: 0.5", "width: 0.25"))) {
      Search search = searches.of(SearchSpec.parse("name: s\n" + text, "x"), "compared");
      String message =
          assertThrows(InvarException.class, search.mode(Mode.RESUME)::run).getMessage();
      assertTrue(message.contains("another one, first in \""), message);
    }
    Search renamed = searches.of(other, "compared").mode(Mode.RESUME);
    assertEquals(3, renamed.run().ranked().size());
  }

  @Test
  void anyValueOfTheIdentityThatIsNotWhatWasWrittenIsRefused() throws Exception {
    Path directory = copy("identity");
    Path file = directory.resolve("identity.json");
    byte[] whole = Files.readAllBytes(file);
    List<Tampering.Change> changes = Tampering.changes(Tampering.read(file).get("body"));
    assertTrue(changes.size() > 20, changes.size() + " changes");
    for (int i = 0; i < changes.size(); i += STRIDE) {
      Tampering.Change change = changes.get(i);
      Files.write(file, whole);
      Tampering.editHashed(
          file,
          body -> {
            body.removeAll();
            body.setAll((ObjectNode) change.tree());
          });
      refused(directory, change.where());
    }
  }

  @Test
  void anyValueOfTheJournalThatIsNotWhatWasWrittenIsOneSentence() throws Exception {
    Path file = searches.directory("original").resolve("journal-0000.jsonl");
    List<String> lines = Files.readAllLines(file);
    String ended = lines.stream().filter(line -> line.contains("devLoss")).findFirst().get();
    int refused = 0;
    for (Tampering.Change change : Tampering.changes(Json.MAPPER.readTree(ended))) {
      String free = "part: null|values.*|.*failure.*|.*(scores|curves|finals).*(no .*|null)";
      if (change.where().matches(free)) {
        continue;
      }
      try {
        Json.bind(change.tree(), Journal.Entry.class, "journal:1");
        // What an entry may be the search knows.
        assertTrue(
            change.where().contains("executor")
                || change.where().contains("negative")
                || change.where().contains("curves")
                || change.where().contains("scores"),
            change.where());
      } catch (DamagedFileException e) {
        assertTrue(e.getMessage().startsWith("journal:1"), e.getMessage());
        refused++;
      }
    }
    assertTrue(refused > 15, refused + " changes");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        "{}",
        "[]",
        "x",
        "{\"trial\":-1,\"stage\":0,\"values\":{},\"part\":null}",
        "{\"trial\":3,\"stage\":1,\"values\":{},\"part\":null}",
        "{\"trial\":2147483647,\"stage\":1,\"values\":{},\"part\":null}",
        "{\"trial\":1e99,\"stage\":0,\"values\":{},\"part\":null}",
        "{\"trial\":0,\"stage\":1,\"values\":{},\"part\":null}",
        "{\"trial\":0,\"stage\":9,\"values\":{},\"part\":null}",
        "{\"trial\":0,\"stage\":0,\"values\":{\"train.epochs\":9},\"part\":null}",
        "{\"trial\":0,\"stage\":0,\"values\":{\"train.schedule.constant\":\"x\"},\"part\":null}",
        "{\"trial\":0,\"stage\":0,\"values\":{\"train.schedule.constant\":7},\"part\":null}",
        "{\"trial\":1,\"stage\":1,\"values\":{\"train.optimizer\":\"sgd\"},\"part\":null}",
        "{\"trial\":2,\"stage\":1,\"values\":{},\"part\":{\"finished\":true,\"scores\":[],"
            + "\"curves\":[],\"finals\":{},\"parameters\":1,\"seconds\":1,\"executor\":\"x\","
            + "\"failure\":null}}",
        "{\"trial\":0,\"stage\":0,\"values\":{},\"part\":{\"finished\":true,\"scores\":[0.1,0.1],"
            + "\"curves\":[{},{}],\"finals\":{},\"parameters\":1,\"seconds\":1,\"executor\":\"x\","
            + "\"failure\":null}}"
      })
  void anEntryThatNoSuchSearchWritesIsRefused(String line) throws Exception {
    Path directory = copy("entry");
    // Trial 2 has not begun: which did depends on the cores.
    Path journal = directory.resolve("journal-0000.jsonl");
    List<String> kept = new ArrayList<>(Files.readAllLines(journal));
    kept.removeIf(each -> each.startsWith("{\"trial\":2"));
    kept.add(line);
    Files.writeString(journal, String.join("\n", kept) + "\n");
    assertTrue(refused(directory, line).contains("journal"), line);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"whole\":[\"x\"],\"best\":{},\"width\":0.5}",
        "{\"whole\":[],\"best\":{},\"width\":-1}",
        "{\"whole\":[],\"best\":{},\"width\":7}",
        "{\"whole\":null,\"best\":{},\"width\":0.5}",
        "{\"whole\":[],\"best\":{\"train.schedule.constant\":\"x\"},\"width\":0.5}",
        "{\"whole\":[],\"best\":{\"train.epochs\":5},\"width\":0.5}",
        "{\"best\":{},\"width\":0.5}",
        "[]"
      })
  void aStageOfOtherKeysIsRefused(String text) throws Exception {
    Path directory = copy("stage");
    Files.writeString(directory.resolve("stage-0001.json"), text);
    assertTrue(refused(directory, text).contains("stage-0001.json"), text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"search.yaml", "identity.json", "journal-0000.jsonl", "stage-0001.json"})
  void noLinkLeavesTheFolder(String name) throws Exception {
    Path directory = copy("link");
    Path outside = searches.directory("outside");
    Files.deleteIfExists(outside);
    Files.move(directory.resolve(name), outside);
    Files.createSymbolicLink(directory.resolve(name), outside);
    assertTrue(refused(directory, name).contains("a link to " + outside.toRealPath()), name);
  }

  /** As a kill leaves it, before there is anything but the first file. */
  @Test
  void aSearchThatWasKilledWhileItBeganGoesOn() throws Exception {
    Path whole = searches.directory("original");
    for (String name : List.of("search.yaml", "identity.json")) {
      Path directory = searches.directory("killed");
      FileUtils.deleteDirectory(directory.toFile());
      Files.createDirectories(directory);
      Files.copy(whole.resolve("search.yaml"), directory.resolve("search.yaml"));
      byte[] bytes = Files.readAllBytes(whole.resolve(name));
      Files.write(directory.resolve(name), Arrays.copyOf(bytes, bytes.length / 2));
      assertEquals(3, resumed(directory).ranked().size());
      assertEquals(
          Files.readString(whole.resolve("search.yaml")),
          Files.readString(directory.resolve("search.yaml")));
    }
  }
}
