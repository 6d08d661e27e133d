package org.invar.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.invar.InvarException;
import org.invar.checkpoint.Claim.Millis;
import org.invar.checkpoint.RunDirectory.Mode;
import org.invar.storage.RunFiles;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Several who want one directory. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class OneOwnerTest {
  private static final int RACERS = 4;

  /** Nothing is decided by waiting, or the test does not end. */
  private static final Millis AT_ONCE = new Millis(3_600_000, 3_600_000, 3_600_000);

  private static final Millis SOON = new Millis(100, 1000, 300);

  @TempDir private static Path folder;
  private static ExecutorService threads;

  @BeforeAll
  static void start() {
    threads = Executors.newFixedThreadPool(RACERS);
  }

  @AfterAll
  static void stop() {
    threads.shutdownNow();
  }

  private static FileSystem local() throws IOException {
    return RunFiles.fileSystem(
        new org.apache.hadoop.fs.Path(folder.toUri()), CheckpointFixture.CONFIGURATION);
  }

  private static Claim claim(Path directory, Millis millis) throws IOException {
    return new Claim(local(), new org.apache.hadoop.fs.Path(directory.toUri()), millis);
  }

  /** Somebody else, on this machine since this boot. */
  private static Owner process(long pid, long started) {
    return new Owner(
        "another/" + pid,
        "here",
        pid,
        Owner.userHere(),
        "app-7",
        "2026-01-02T03:04:05Z",
        Owner.systemHere(),
        started);
  }

  private static Owner stranger(String token) {
    return new Owner(
        token, "elsewhere", 7, "somebody", "app-8", "2026-01-02T03:04:05Z", "another boot", 3);
  }

  private static Path put(Path directory, int number, Owner owner) throws IOException {
    Files.createDirectories(directory);
    return Files.write(directory.resolve("owner-%04d.json".formatted(number)), owner.bytes());
  }

  /** Lets all try at once; returns the claims that were taken. */
  private static List<Claim> race(List<Claim> racers) throws Exception {
    var line = new CyclicBarrier(racers.size());
    List<Callable<Claim>> tries = new ArrayList<>();
    for (Claim racer : racers) {
      tries.add(
          () -> {
            line.await();
            try {
              racer.take("app");
              return racer;
            } catch (InvarException e) {
              return null;
            }
          });
    }
    List<Claim> taken = new ArrayList<>();
    for (Future<Claim> each : threads.invokeAll(tries)) {
      if (each.get() != null) {
        taken.add(each.get());
      }
    }
    return taken;
  }

  @ParameterizedTest
  @ValueSource(strings = {"file:", "conditional:"})
  void ofThoseWhoStartAtTheSameMomentOneGoesOn(String scheme) throws Exception {
    Configuration configuration = ConditionalFileSystem.configuration();
    for (int round = 0; round < 200; round++) {
      Path directory = folder.resolve("race-" + scheme.length() + "-" + round);
      var path = new org.apache.hadoop.fs.Path(scheme + directory);
      List<Claim> racers = new ArrayList<>();
      for (int i = 0; i < RACERS; i++) {
        racers.add(new Claim(RunFiles.fileSystem(path, configuration), path, AT_ONCE));
      }
      List<Claim> taken = race(racers);
      assertEquals(1, taken.size(), "round " + round);
      taken.get(0).require();
      taken.get(0).close();
      assertEquals(List.of(), CheckpointFixture.names(directory));
    }
  }

  @Test
  void ofThoseWhoWantADeadOwnersPlaceOneGetsIt() throws Exception {
    for (int round = 0; round < 100; round++) {
      Path directory = folder.resolve("dead-" + round);
      put(directory, 3, process(Integer.MAX_VALUE, 1));
      List<Claim> racers = new ArrayList<>();
      for (int i = 0; i < RACERS; i++) {
        racers.add(claim(directory, AT_ONCE));
      }
      List<Claim> taken = race(racers);
      assertEquals(1, taken.size(), "round " + round);
      assertEquals(List.of("owner-0004.json"), CheckpointFixture.names(directory));
      taken.get(0).close();
    }
  }

  @Test
  void theSecondIsToldWhoAndSinceWhenUntilTheProcessHasEnded() throws Exception {
    Path directory = folder.resolve("process");
    Process process = new ProcessBuilder("sleep", "600").start();
    try {
      put(directory, 0, process(process.pid(), Owner.started(process.pid())));
      Claim claim = claim(directory, AT_ONCE);
      for (String message :
          List.of(
              assertThrows(InvarException.class, claim::requireFree).getMessage(),
              assertThrows(InvarException.class, () -> claim.take("mine")).getMessage())) {
        String who = "process " + process.pid() + " of " + Owner.userHere() + " on here";
        assertTrue(message.startsWith("file:" + directory), message);
        assertTrue(message.contains(who + " (application app-7)"), message);
        assertTrue(message.contains("since 2026-01-02T03:04:05Z"), message);
        assertTrue(message.contains("owner-0000.json"), message);
      }
    } finally {
      process.destroyForcibly().waitFor();
    }
    try (Claim claim = claim(directory, AT_ONCE)) {
      claim.requireFree();
      assertNull(claim.take("mine"));
    }
    assertEquals(List.of(), CheckpointFixture.names(directory));
  }

  /** The number of a process is given again; when it was started is not. */
  @Test
  void anotherProcessOfTheSameNumberIsNotTheOwner() throws Exception {
    Path directory = folder.resolve("number");
    long here = ProcessHandle.current().pid();
    put(directory, 0, process(here, Owner.started(here) - 1));
    try (Claim claim = claim(directory, AT_ONCE)) {
      claim.take("mine");
    }
  }

  @Test
  void anotherMachinesOwnerLivesAsLongAsItsBeatChanges() throws Exception {
    Path directory = folder.resolve("machine");
    put(directory, 0, stranger("far"));
    Path beat = directory.resolve("owner-0000.beat");
    var lives = new AtomicBoolean(true);
    Future<?> beating =
        threads.submit(
            () -> {
              for (int i = 0; lives.get(); i++) {
                Files.writeString(beat, i + "\n");
                Thread.sleep(50);
              }
              return null;
            });
    Claim claim = claim(directory, SOON);
    String message = assertThrows(InvarException.class, () -> claim.take("mine")).getMessage();
    assertTrue(message.contains("process 7 of somebody on elsewhere"), message);
    lives.set(false);
    beating.get();
    claim.take("mine");
    assertEquals(List.of("owner-0001.json"), without(".beat", directory));
    claim.close();
    assertEquals(List.of(), CheckpointFixture.names(directory));
  }

  @Test
  void aClaimThatWasNeverWrittenToItsEndHasEnded() throws Exception {
    Path directory = folder.resolve("half");
    String whole = stranger("half").text();
    for (int length : new int[] {0, 1, whole.length() / 2, whole.length() - 3}) {
      Files.createDirectories(directory);
      Files.writeString(directory.resolve("owner-0000.json"), whole.substring(0, length));
      try (Claim claim = claim(directory, new Millis(3_600_000, 3_600_000, 200))) {
        claim.take("mine");
        assertEquals(List.of("owner-0001.json"), CheckpointFixture.names(directory));
      }
    }
  }

  /** Behind the last number there is none that others would see. */
  @Test
  void aClaimOfTheLastNumberIsFollowedByNone() throws Exception {
    Path directory = folder.resolve("last");
    Path last = put(directory, 99_999_999, process(ProcessHandle.current().pid(), 1));
    Claim claim = claim(directory, AT_ONCE);
    String message = assertThrows(InvarException.class, () -> claim.take("mine")).getMessage();
    assertTrue(message.contains("owner-99999999.json"), message);
    assertTrue(message.contains("delete the file"), message);
    assertEquals(List.of("owner-99999999.json"), CheckpointFixture.names(directory));
    Files.delete(last);
    claim.take("mine");
    claim.close();
  }

  @Test
  void aNumberWithMoreZerosThanClaimsHaveIsNone() throws Exception {
    Path directory = Files.createDirectories(folder.resolve("zeros"));
    Files.writeString(directory.resolve("owner-00000007.json"), stranger("zeros").text());
    try (Claim claim = claim(directory, AT_ONCE)) {
      claim.take("mine");
      assertTrue(Files.exists(directory.resolve("owner-0000.json")));
    }
  }

  @Test
  void anOwnerThatWaitsGetsTheDirectoryWhenItIsGivenUp() throws Exception {
    Path directory = folder.resolve("waits");
    Claim first = claim(directory, AT_ONCE);
    first.take("first");
    Claim second = claim(directory, AT_ONCE);
    var waits = new AtomicBoolean(true);
    Future<?> waiting =
        threads.submit(
            () -> {
              second.await("second");
              waits.set(false);
              return null;
            });
    first.require();
    assertTrue(waits.get());
    first.close();
    waiting.get();
    second.require();
    second.close();
    assertEquals(List.of(), CheckpointFixture.names(directory));
  }

  /** As when a machine sleeps, and another one goes on with the run. */
  @Test
  void anOwnerThatLostItsPlaceWritesNoManifestAndDestroysNothing() throws Exception {
    Path directory = folder.resolve("lost");
    Claim asleep = claim(directory, AT_ONCE);
    asleep.take("asleep");
    var path = new org.apache.hadoop.fs.Path(directory.resolve("checkpoints").toUri());
    CheckpointStore store =
        CheckpointStore.of(
            path,
            CheckpointFixture.CONFIGURATION,
            CheckpointFixture.PARAMETERS,
            CheckpointFixture.STATE,
            1,
            asleep::require,
            line -> {});
    CheckpointFixture.save(store, CheckpointFixture.checkpoint(2));
    List<String> before = CheckpointFixture.names(directory.resolve("checkpoints"));
    CheckpointName begun = store.next(3);
    var slices =
        CheckpointFixture.write(store, begun.slices(), CheckpointFixture.weights(3), List.of(), 1);
    Path successor = put(directory, 1, stranger("successor"));

    for (int attempt = 0; attempt < 2; attempt++) {
      String message;
      try (MetricsSpool spool =
          CheckpointFixture.spool(CheckpointFixture.checkpoint(3).metrics())) {
        message =
            assertThrows(
                    InvarException.class,
                    () ->
                        store.complete(
                            begun,
                            CheckpointFixture.checkpoint(3).position(),
                            slices,
                            null,
                            spool.soFar()))
                .getMessage();
      }
      assertTrue(message.contains("process 7 of somebody on elsewhere"), message);
      assertTrue(message.contains("silent for more than"), message);
      assertThrows(InvarException.class, () -> store.next(4));
      // The successor deletes the claim of the one in whose place it came.
      Files.deleteIfExists(directory.resolve("owner-0000.json"));
    }
    assertEquals(before, without("step-0000000003", directory.resolve("checkpoints")));
    asleep.close();
    assertEquals(stranger("successor").text(), Files.readString(successor));
  }

  @Test
  void anOwnersBeatShowsThatItLives() throws Exception {
    Path directory = folder.resolve("beat");
    try (Claim claim = claim(directory, SOON)) {
      claim.take("mine");
      Path beat = directory.resolve("owner-0000.beat");
      String first = awaitOther(beat, "");
      assertFalse(awaitOther(beat, first).isEmpty());
    }
    assertEquals(List.of(), CheckpointFixture.names(directory));
  }

  private static String awaitOther(Path file, String before) throws Exception {
    while (true) {
      String now = Files.exists(file) ? Files.readString(file) : "";
      if (!now.isEmpty() && !now.equals(before)) {
        return now;
      }
      Thread.sleep(10);
    }
  }

  @ParameterizedTest
  @EnumSource
  void noModeTouchesARunThatSomebodyIsAt(Mode mode) throws Exception {
    Path directory = folder.resolve("run-" + mode);
    try (RunDirectory ours = open(directory, "a: 1\n", Mode.NEW)) {
      ours.claim("app-9", caution -> {});
      List<String> before = CheckpointFixture.names(directory);
      String message =
          assertThrows(InvarException.class, () -> open(directory, "a: 1\n", mode)).getMessage();
      assertTrue(message.contains("application app-9"), message);
      assertEquals(before, CheckpointFixture.names(directory));
    }
    assertEquals(List.of("job.yaml"), CheckpointFixture.names(directory));
  }

  /** The check before the data are read is long ago when the directory is claimed. */
  @Test
  void whatCameSinceTheFirstLookIsSeen() throws Exception {
    Path directory = folder.resolve("since");
    try (RunDirectory late = open(directory, "a: 2\n", Mode.NEW)) {
      try (RunDirectory early = open(directory, "a: 1\n", Mode.NEW)) {
        early.claim("early", caution -> {});
      }
      String job = Files.readString(directory.resolve("job.yaml"));
      String message =
          assertThrows(InvarException.class, () -> late.claim("late", caution -> {})).getMessage();
      assertTrue(message.contains("expected an empty or missing directory"), message);
      assertEquals(job, Files.readString(directory.resolve("job.yaml")));
    }
    assertEquals(List.of("job.yaml"), CheckpointFixture.names(directory));
  }

  @Test
  void whereTwoCannotBeToldApartThatIsSaid() throws Exception {
    Path directory = folder.resolve("asked");
    var path = DyingFileSystem.path(directory);
    try (Claim claim = Claim.of(RunFiles.fileSystem(path, DyingFileSystem.healthy()), path)) {
      String caution = claim.take("mine");
      assertNotNull(caution);
      assertTrue(caution.contains("start only one"), caution);
      Claim second = Claim.of(RunFiles.fileSystem(path, DyingFileSystem.healthy()), path);
      assertThrows(InvarException.class, () -> second.take("second"));
    }
  }

  private static RunDirectory open(Path directory, String job, Mode mode) {
    var path = new org.apache.hadoop.fs.Path(directory.toUri());
    return RunDirectory.open(path, CheckpointFixture.CONFIGURATION, job, mode);
  }

  private static List<String> without(String part, Path directory) throws IOException {
    return CheckpointFixture.names(directory).stream()
        .filter(name -> !name.contains(part))
        .toList();
  }
}
