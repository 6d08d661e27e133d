package org.invar.search;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobEnd;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.SparkListenerTaskStart;
import org.apache.spark.sql.SparkSession;
import org.invar.checkpoint.RunDirectory;
import org.invar.source.LocalSpark;
import org.invar.storage.Json;
import org.invar.train.DriverProcess;
import org.invar.train.LocalCluster;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
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
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SearchIT {
  private static final int TRIALS = 8;
  private static final int EPOCHS = 12;
  private static final int LIMIT = 240;

  @TempDir private static Path folder;
  private static Path file;
  private static List<String> expected;
  private static LocalCluster cluster;

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
    cluster =
        LocalCluster.start(
            2,
            Map.of(
                "spark.scheduler.mode", "FAIR",
                "spark.task.maxFailures", "1", // One executor a try is enough.
                "spark.invar.replacementWait", "1s"));
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  /** Searches, or goes on, on the cluster whose driver is this JVM. */
  private static void search(SearchSpec spec, Path out, SearchListener listener) {
    Search.of(cluster.spark(), spec)
        .directory(out.toString())
        .mode(RunDirectory.Mode.RESUME)
        .listener(listener)
        .run();
  }

  private static void search(SearchSpec spec, Path out) {
    search(spec, out, new SearchListener() {});
  }

  /** The parts of the journal by trial, without times and places. */
  private static List<String> outcome(Path out) {
    return parts(out).stream()
        .map(
            entry -> {
              JsonNode part = entry.get("part");
              return entry.get("trial") + " " + part.get("scores") + part.get("curves");
            })
        .sorted()
        .toList();
  }

  private static List<JsonNode> parts(Path out) {
    return entries(out).stream().filter(entry -> !entry.get("part").isNull()).toList();
  }

  private static List<JsonNode> entries(Path out) {
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
      return entries;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void awaitWaiting(Path gate) {
    try {
      Gate.awaitWaiting(gate, 2);
    } catch (InterruptedException e) {
      throw new CompletionException(e);
    }
  }

  private static void open(Path gate) {
    try {
      Files.write(gate, new byte[0]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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

  private static void assertAsExpected(Path out) throws Exception {
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
      assertEquals(0, run.exitCode(LIMIT), run.log());
      assertAsExpected(out);
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
    search(SearchSpec.load(file), out);
    assertAsExpected(out);
    // One part a trial: none was trained twice, and none is missing.
    assertEquals(TRIALS, parts(out).size());
  }

  /** Under early stopping the cluster has a say in who goes on, but in no score. */
  @Test
  void pausedTrialsGoOnWhereThereIsACore() throws Exception {
    Path out = folder.resolve("paused");
    String halving = "stopping={asha: {reduction: 2, grace: 6}}";
    try (var run = DriverProcess.search(folder, file, out, "local[2]", "--set", halving)) {
      awaitParts(run, out, 4);
      run.kill();
    }
    search(SearchSpec.load(file, halving), out);
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
    search(OwnLayerSearch.spec(OwnLayerSearch.once(text, key, "true")), out);
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

  /** Two gangs at once, then one after the other: no trial is lost, and none ends otherwise. */
  @Test
  @Order(Integer.MAX_VALUE) // The cluster has an executor less from then on.
  void aGangWhoseExecutorIsTakenAwayWaitsForAnotherGang() throws Exception {
    Path gate = folder.resolve("gate");
    Path out = folder.resolve("taken");
    String text = Searches.gated(gate) + "trials: 4\n";
    SearchSpec spec = OwnLayerSearch.spec(text + "placement: {gang: {parallel: 2}}\n");
    var context = cluster.spark().sparkContext();
    CompletableFuture<Void> taking =
        CompletableFuture.runAsync(
            () -> {
              awaitWaiting(gate);
              context.killExecutor(context.getExecutorIds().head());
            });
    List<String> warnings = Collections.synchronizedList(new ArrayList<>());
    SearchListener opener =
        new SearchListener() {
          @Override
          public void warning(String warning) {
            warnings.add(warning);
            if (warning.contains(
                "of 1 executors that live, other gangs have 1: this one waits until 1 are")) {
              open(gate);
            }
          }
        };
    search(spec, out, opener);
    taking.get(1, TimeUnit.MINUTES);
    assertTrue(Files.exists(gate), warnings.toString());
    Path alone = folder.resolve("alone");
    search(OwnLayerSearch.spec(text), alone);
    assertEquals(4, parts(alone).size());
    assertEquals(outcome(alone), outcome(out));
    assertArrayEquals(bestWeights(alone), bestWeights(out));
  }

  /** The pool's scheduling mode is FairPoolsTest's. */
  @Test
  void gangsTrainAtTheSameTimeInThePool() throws Exception {
    cluster.awaitExecutors(2);
    Path out = folder.resolve("gangs");
    var gangs = new Gangs();
    cluster.spark().sparkContext().addSparkListener(gangs);
    search(SearchSpec.load(file, "placement={gang: {parallel: 2}}"), out);
    assertAsExpected(out);
    List<JsonNode> first = entries(out).subList(0, 3);
    assertTrue(first.get(0).get("part").isNull() && first.get(1).get("part").isNull(), "" + first);
    gangs.awaitEnd();
    assertEquals(TRIALS, Set.copyOf(gangs.descriptions.values()).size(), gangs::toString);
    for (String description : gangs.descriptions.values()) {
      assertTrue(description.matches("s trial \\d to epoch \\d+: .*"), description);
    }
    assertEquals(Set.of("invar-search"), gangs.pools);
    assertEquals(2, gangs.most, "gangs at the same time");
  }

  /** By the order of Spark's events: a task of one gang starts before that of another has ended. */
  private static final class Gangs extends SparkListener {
    private final Map<Integer, String> descriptions = new TreeMap<>(); // By stage; each a trial's.
    private final Set<String> running = new TreeSet<>();
    private final Set<Integer> jobs = new TreeSet<>();
    private final Set<String> pools = new TreeSet<>();
    private int most;

    @Override
    public synchronized void onJobStart(SparkListenerJobStart start) {
      String description = start.properties().getProperty("spark.job.description", "");
      if (description.endsWith(", gang of 1")) {
        pools.add(start.properties().getProperty("spark.scheduler.pool"));
        jobs.add(start.jobId());
        start.stageIds().foreach(id -> descriptions.put((Integer) id, description));
      }
    }

    @Override
    public synchronized void onTaskStart(SparkListenerTaskStart start) {
      if (descriptions.containsKey(start.stageId())) {
        running.add(descriptions.get(start.stageId()));
        most = Math.max(most, running.size());
      }
    }

    @Override
    public synchronized void onTaskEnd(SparkListenerTaskEnd end) {
      if (descriptions.containsKey(end.stageId())) {
        running.remove(descriptions.get(end.stageId()));
      }
    }

    @Override
    public synchronized void onJobEnd(SparkListenerJobEnd end) {
      jobs.remove(end.jobId());
      notifyAll();
    }

    /** Spark tells of what happened later than it happens. */
    synchronized void awaitEnd() throws InterruptedException {
      while (Set.copyOf(descriptions.values()).size() < TRIALS || !jobs.isEmpty()) {
        wait();
      }
    }

    @Override
    public synchronized String toString() {
      return descriptions.toString();
    }
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
    // Whoever began first may end later.
    SearchListener stopper =
        new SearchListener() {
          @Override
          public void ended(SearchedTrial trial, Standing standing) {
            if (outcome(out).containsAll(expected)) {
              throw new IllegalStateException("stopped by the test");
            }
          }
        };
    assertThrows(
        IllegalStateException.class,
        () -> search(SearchSpec.load(file, "trials=5000"), out, stopper));
    long trials = parts(out).stream().map(entry -> entry.get("trial").asInt()).distinct().count();
    assertEquals(trials, parts(out).size(), "a trial was trained twice");
  }
}
