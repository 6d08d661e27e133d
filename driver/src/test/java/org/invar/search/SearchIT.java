package org.invar.search;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.spark.sql.SparkSession;
import org.invar.source.LocalSpark;
import org.invar.storage.Json;
import org.invar.train.DriverProcess;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Searches on real executor processes, of which some are killed, and whose driver is killed and
 * interrupted: trials and scores are those of one process that nothing happened to.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class SearchIT {
  private static final int TRIALS = 8;
  private static final int EPOCHS = 12;
  private static final int LIMIT = 240;

  @TempDir private static Path folder;
  private static Path file;
  private static List<String> expected;

  @BeforeAll
  static void searchInOneProcess() throws Exception {
    String text =
        "name: s\n"
            + Searches.JOB.replace("epochs: 3", "epochs: " + EPOCHS)
            + Searches.SPACE
            + "stopping: none\ntrials: "
            + TRIALS
            + "\n";
    file = folder.resolve("search.yaml");
    Files.writeString(file, text);
    SparkSession spark = LocalSpark.start(2);
    try {
      Path out = folder.resolve("expected");
      Search.of(spark, SearchSpec.load(file)).directory(out.toString()).run();
      expected = outcome(out);
    } finally {
      spark.stop();
    }
    assertEquals(TRIALS, expected.size());
  }

  /** The parts of the journal by trial, without times and places. */
  private static List<String> outcome(Path out) throws IOException {
    return parts(out).stream()
        .map(
            entry -> {
              JsonNode part = entry.get("part");
              return entry.get("trial") + " " + part.get("scores") + part.get("curves");
            })
        .sorted()
        .toList();
  }

  private static List<JsonNode> parts(Path out) throws IOException {
    return entries(out).stream().filter(entry -> !entry.get("part").isNull()).toList();
  }

  private static List<JsonNode> entries(Path out) throws IOException {
    List<JsonNode> entries = new ArrayList<>();
    if (!Files.exists(out)) {
      return entries;
    }
    try (var files = Files.list(out)) {
      for (Path journal :
          files
              .filter(path -> path.getFileName().toString().startsWith("journal-"))
              .sorted()
              .toList()) {
        String text = Files.readString(journal);
        for (String line : text.substring(0, text.lastIndexOf('\n') + 1).lines().toList()) {
          entries.add(Json.MAPPER.readTree(line));
        }
      }
    }
    return entries;
  }

  private static void awaitParts(DriverProcess run, Path out, int count) throws Exception {
    while (parts(out).size() < count) {
      assertTrue(run.isAlive(), run.log());
      Thread.sleep(20);
    }
  }

  private static byte[] bestWeights(Path out) throws IOException {
    return Files.readAllBytes(out.resolve("best/model/weights.safetensors"));
  }

  private static void assertAsExpected(Path out, DriverProcess run) throws Exception {
    assertEquals(0, run.exitCode(LIMIT), run.log());
    assertEquals(
        expected.stream().collect(Collectors.joining("\n")),
        outcome(out).stream().collect(Collectors.joining("\n")));
    assertArrayEquals(bestWeights(folder.resolve("expected")), bestWeights(out));
  }

  @Test
  @EnabledIfSystemProperty(named = "invar.whole", matches = "true") // The next one kills two.
  void anExecutorThatIsKilledCostsItsTrialsAlone() throws Exception {
    Path out = folder.resolve("executor");
    try (var run = DriverProcess.search(folder, file, out, "local-cluster[2,1,1024]")) {
      awaitParts(run, out, 1);
      run.executors().get(0).destroyForcibly();
      assertTrue(parts(out).size() < TRIALS, "killed too late");
      assertAsExpected(out, run);
      assertEquals(TRIALS, parts(out).size());
    }
  }

  /** Both, on the same search, which goes on with other executors, in one process. */
  @Test
  void anExecutorAndThenTheDriverThatAreKilledLoseNothing() throws Exception {
    Path out = folder.resolve("driver");
    try (var run = DriverProcess.search(folder, file, out, "local-cluster[2,1,1024]")) {
      awaitParts(run, out, 1);
      run.executors().get(1).destroyForcibly();
      awaitParts(run, out, 2);
      run.kill();
    }
    int before = parts(out).size();
    assertTrue(before < TRIALS, "killed too late");
    try (var run = DriverProcess.search(folder, file, out, "local[2]", "--resume")) {
      assertAsExpected(out, run);
      assertTrue(run.log().contains("going on: the journal has"), run.log());
    }
    // One part a trial: none was trained twice, and none is missing.
    assertEquals(TRIALS, parts(out).size());
  }

  /** Under early stopping the cluster has a say in who goes on, but in no score. */
  @Test
  void pausedTrialsGoOnWhereThereIsACore() throws Exception {
    Path out = folder.resolve("paused");
    String[] halving = {"--set", "stopping={asha: {reduction: 2, grace: 6}}"};
    try (var run = DriverProcess.search(folder, file, out, "local-cluster[2,1,1024]", halving)) {
      awaitParts(run, out, 4);
      run.kill();
    }
    String[] resumed = {halving[0], halving[1], "--resume"};
    try (var run = DriverProcess.search(folder, file, out, "local[2]", resumed)) {
      assertEquals(0, run.exitCode(LIMIT), run.log());
    }
    Map<Integer, Set<String>> places = new HashMap<>(); // By trial.
    int most = 0;
    for (JsonNode entry : parts(out)) {
      JsonNode scores = entry.get("part").get("scores");
      places
          .computeIfAbsent(entry.get("trial").asInt(), trial -> new TreeSet<>())
          .add(entry.get("part").get("executor").asText());
      most = Math.max(most, scores.size());
      String begin = entry.get("trial") + " " + scores.toString().replace("]", "");
      assertTrue(expected.stream().anyMatch(all -> all.startsWith(begin)), begin);
    }
    assertEquals(EPOCHS, most);
    assertTrue(
        places.values().stream().anyMatch(each -> each.contains("driver") && each.size() > 1),
        "no trial went on in another process: " + places);
  }

  /** Where trials are trained, and who died at last; gangs in the profile soak alone. */
  static List<Arguments> placements() {
    Arguments executor = arguments("executor", "exec");
    return Boolean.getBoolean("invar.whole")
        ? List.of(executor, arguments("gang", "worker "))
        : List.of(executor);
  }

  /**
   * As the kernel does where memory runs out: the trial fails, those beside it and the rest go on.
   */
  @ParameterizedTest
  @MethodSource("placements")
  void aTrialThatEndsItsExecutorsIsRecordedAndTheSearchGoesOn(String placement, String last)
      throws Exception {
    String key = "model.layers[7].fatal";
    String text =
        "name: s\n"
            + Searches.jobWith("fatal: false")
            + "space:\n  train.l2: {uniform: [0, 1e-6]}\n"
            + "  %s: {choice: [true, false]}\n".formatted(key)
            + "objective: devLoss\ntrials: 4\nstopping: none\nplacement: "
            + placement
            + "\n";
    Path out = folder.resolve("fatal-" + placement);
    Path search = folder.resolve("fatal-" + placement + ".yaml");
    Files.writeString(search, OwnLayerSearch.once(text, key, "true"));
    // One executor a try is enough; gangs lose theirs five times.
    try (var run = ownLayers(out, List.of(search, out), "-Dspark.task.maxFailures=1")) {
      assertEquals(0, run.exitCode(LIMIT), run.log());
    }
    List<JsonNode> failed =
        parts(out).stream().filter(entry -> !entry.get("part").get("failure").isNull()).toList();
    assertEquals(1, failed.size(), failed.toString());
    String reason = failed.get(0).get("part").get("failure").asText();
    assertTrue(reason.startsWith("executors died while they trained it, at last: " + last), reason);
    assertTrue(reason.contains("spark.executor.memoryOverhead"), reason);
    assertEquals(4, parts(out).size());
    assertEquals(
        3,
        parts(out).stream().filter(entry -> entry.get("part").get("finished").asBoolean()).count());
  }

  private static DriverProcess ownLayers(Path out, List<Path> arguments, String... properties)
      throws IOException {
    List<String> all =
        new ArrayList<>(
            List.of("-Dspark.master=local-cluster[2,1,1024]", "-Dspark.app.name=own layers"));
    all.addAll(List.of(properties));
    return DriverProcess.start(
        folder,
        out,
        OwnLayerSearch.class.getName(),
        arguments.stream().map(Path::toString).toList(),
        all);
  }

  /** Two gangs at once, then one after the other: no trial is lost, and none ends otherwise. */
  @Test
  void aGangWhoseExecutorIsTakenAwayWaitsForAnotherGang() throws Exception {
    Path gate = folder.resolve("gate");
    Path out = folder.resolve("taken");
    Path search = folder.resolve("taken.yaml");
    String text = Searches.gated(gate) + "trials: 4\n";
    Files.writeString(search, text + "placement: {gang: {parallel: 2}}\n");
    try (var run = ownLayers(out, List.of(search, out, gate), "-Dspark.invar.replacementWait=1s")) {
      String notice = "of 1 executors that live, other gangs have 1: this one waits until 1 are";
      assertTrue(run.awaitLog(notice), run.log());
      Files.createFile(gate);
      assertEquals(0, run.exitCode(LIMIT), run.log());
    }
    Path alone = folder.resolve("alone");
    SparkSession spark = LocalSpark.start(2);
    try {
      Search.of(spark, OwnLayerSearch.spec(text)).directory(alone.toString()).run();
    } finally {
      spark.stop();
    }
    assertEquals(4, parts(alone).size());
    assertEquals(outcome(alone), outcome(out));
    assertArrayEquals(bestWeights(alone), bestWeights(out));
  }

  /** The pool's scheduling mode is FairPoolsTest's. */
  @Test
  void gangsTrainAtTheSameTimeInThePool() throws Exception {
    Path out = folder.resolve("gangs");
    Path events = Files.createDirectories(folder.resolve("events"));
    try (var run =
        DriverProcess.search(
            folder,
            file,
            out,
            "local-cluster[2,1,1024]",
            "-Dspark.scheduler.mode=FAIR",
            "-Dspark.eventLog.enabled=true",
            "-Dspark.eventLog.dir=" + events.toUri(),
            "-Dspark.eventLog.rolling.enabled=false",
            "-Dspark.eventLog.compress=false",
            "--set",
            "placement={gang: {parallel: 2}}")) {
      assertAsExpected(out, run);
      assertTrue(run.log().contains("2 at once"), run.log());
    }
    List<JsonNode> first = entries(out).subList(0, 3);
    assertTrue(first.get(0).get("part").isNull() && first.get(1).get("part").isNull(), "" + first);
    try (var files = Files.list(events)) {
      assertGangsOverlap(Files.readAllLines(files.findFirst().get()));
    }
  }

  /** By the order of Spark's events: a task of one gang starts before that of another has ended. */
  private static void assertGangsOverlap(List<String> events) throws IOException {
    Map<Integer, String> gangs = new HashMap<>(); // By stage, the description that names the trial.
    Set<String> running = new TreeSet<>();
    int most = 0;
    for (String line : events) {
      JsonNode event = Json.MAPPER.readTree(line);
      int stage = event.path("Stage ID").asInt(-1);
      switch (event.get("Event").asText()) {
        case "SparkListenerJobStart" -> {
          JsonNode properties = event.get("Properties");
          String description = properties.path("spark.job.description").asText();
          if (description.endsWith(", gang of 1")) {
            assertTrue(description.matches("s trial \\d to epoch \\d+: .*"), description);
            assertEquals("invar-search", properties.path("spark.scheduler.pool").asText());
            event.get("Stage IDs").forEach(id -> gangs.put(id.asInt(), description));
          }
        }
        case "SparkListenerTaskStart" -> {
          if (gangs.containsKey(stage)) {
            running.add(gangs.get(stage));
          }
        }
        case "SparkListenerTaskEnd" -> {
          if (gangs.containsKey(stage)) {
            running.remove(gangs.get(stage));
          }
        }
        default -> {}
      }
      most = Math.max(most, running.size());
    }
    assertEquals(TRIALS, Set.copyOf(gangs.values()).size(), gangs.toString());
    assertEquals(2, most, "gangs at the same time");
  }

  /** Of a search that would take hours: whenever the signal comes, something runs. */
  @Test
  void ctrlCEndsWhatRunsAndSaysHowToGoOn() throws Exception {
    Path out = folder.resolve("interrupted");
    List<ProcessHandle> executors;
    // As bin/invar has it: Spark's log, in which lost executors are errors, is not shown.
    String log = System.getProperty("invar.root") + "/conf/log4j2.properties";
    String[] more = {"--set", "trials=5000", "-Dlog4j2.configurationFile=" + log};
    try (var run = DriverProcess.search(folder, file, out, "local-cluster[2,1,1024]", more)) {
      awaitParts(run, out, 2);
      executors = run.executors();
      int code = run.interrupt();
      assertEquals(code, run.exitCode(LIMIT), run.log());
      String last = run.log().lines().reduce((one, next) -> next).orElse("");
      assertTrue(last.startsWith("invar: interrupted with "), run.log());
      assertTrue(last.endsWith(" go on with the same command and --resume."), last);
      assertTrue(last.contains(" of 5000 trials begun"), last);
      assertFalse(run.log().contains("Exception") || run.log().contains("ERROR"), run.log());
    }
    assertEquals(2, executors.size());
    for (ProcessHandle executor : executors) {
      executor.onExit().get(LIMIT, TimeUnit.SECONDS);
    }
    String[] resumed = {more[0], more[1], "--resume"};
    try (var run = DriverProcess.search(folder, file, out, "local[1]", resumed)) {
      awaitParts(run, out, TRIALS);
      while (!outcome(out).containsAll(expected)) { // Whoever began first may end later.
        awaitParts(run, out, parts(out).size() + 1);
      }
    }
    long trials = parts(out).stream().map(entry -> entry.get("trial").asInt()).distinct().count();
    assertEquals(trials, parts(out).size(), "a trial was trained twice");
  }
}
