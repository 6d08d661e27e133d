package org.invar.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The key of a run is in nothing that a run on a cluster shows or leaves: Spark's web interface and
 * event log, the logs of driver and executors at their most talkative, and the run's own directory.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class KeyLeakIT {
  /** Everything of ours to standard error, and Spark's own from INFO. */
  private static final String LOGGING =
      """
      rootLogger.level = info
      rootLogger.appenderRef.stderr.ref = stderr
      appender.stderr.type = Console
      appender.stderr.name = stderr
      appender.stderr.target = SYSTEM_ERR
      appender.stderr.layout.type = PatternLayout
      appender.stderr.layout.pattern = %p %c: %m%n
      logger.invar.name = org.invar
      logger.invar.level = trace
      """;

  private static final String JOB =
      """
      name: secret
      data: {train: {format: digits}, test: {split: 0.5}, scale: 16}
      model: {layers: [flatten, dense: 10]}
      loss: softmaxCrossEntropy
      train: {epochs: 3, batchSize: 100, optimizer: adam, schedule: {constant: 0.01}}
      checkpoint: {everySteps: 4}
      """;

  @TempDir private Path folder;

  @Test
  void nothingThatARunLeavesHasItsKey() throws Exception {
    Path job = Files.writeString(folder.resolve("job.yaml"), JOB);
    Path logging = Files.writeString(folder.resolve("log4j2.properties"), LOGGING);
    Path events = Files.createDirectory(folder.resolve("events"));
    Path out = folder.resolve("run");
    Path keys = folder.resolve("keys");
    Path pages = Files.createDirectory(folder.resolve("pages"));
    Path release = folder.resolve("release");
    List<String> properties =
        new ArrayList<>(
            List.of(
                "-D" + KnownKeyProgram.FILE + "=" + keys,
                "-Dlog4j2.configurationFile=" + logging,
                "-Dspark.executor.extraJavaOptions=%s -Dlog4j2.configurationFile=%s"
                    .formatted(DriverProcess.QUICK_START, logging),
                "-Dspark.ui.enabled=true",
                "-Dspark.ui.port=0",
                "-Dspark.hadoop.fs.held.impl=" + HeldFiles.class.getName(),
                "-Dspark.hadoop." + HeldFiles.FLAG + "=" + release));
    properties.addAll(EventLog.properties(events));
    try (var run =
        DriverProcess.start(
            folder,
            out,
            KnownKeyProgram.class.getName(),
            List.of(
                "train",
                job.toString(),
                "--out",
                "held:" + out,
                "--master",
                "local-cluster[2,1,1024]",
                "--verbose"),
            properties)) {
      SparkPages ui = SparkPages.of(run);
      ui.awaitJob(run, "gang of 2");
      assertTrue(ui.save(pages) > 15);
      Files.createFile(release);
      assertEquals(0, run.exitCode(GangRuns.LIMIT), run.log());
      assertTrue(run.log().contains(KnownKeyProgram.TOLD), "the driver is not talkative");
    }
    List<String> known = Files.readAllLines(keys);
    assertEquals(1, known.size(), "keys of one run");
    byte[] key = HexFormat.of().parseHex(known.get(0));
    assertEquals(32, key.length);
    Files.delete(keys);

    List<Path> left = files();
    assertSomewhere(left, "SparkListenerJobStart", "the event log");
    assertSomewhere(left, "gang of 2", "the description of the gang's job");
    List<Path> shown = left.stream().filter(file -> file.startsWith(pages)).toList();
    assertSomewhere(shown, "gang of 2", "the gang's job in Spark's web interface");
    assertSomewhere(shown, "spark.eventLog.dir", "the settings in Spark's web interface");
    assertSomewhere(
        left, "INFO org.apache.spark.executor.CoarseGrainedExecutorBackend", "executors' logs");
    for (Path file : left) {
      byte[] content = Files.readAllBytes(file);
      for (byte[] form : forms(key)) {
        assertEquals(-1, indexOf(content, form), () -> "the key stands in " + file);
      }
    }
  }

  /** The search itself finds a key in whatever form it stands. */
  @Test
  void aKeyIsFoundInAnyForm() {
    byte[] key = new byte[32];
    for (int i = 0; i < key.length; i++) {
      key[i] = (byte) (37 * i - 90);
    }
    byte[] inside = new byte[77];
    System.arraycopy(key, 0, inside, 31, key.length);
    for (String text :
        List.of(
            "key=" + HexFormat.of().formatHex(key),
            HexFormat.of().withUpperCase().formatHex(inside),
            Base64.getEncoder().encodeToString(inside),
            Base64.getUrlEncoder().encodeToString(Arrays.copyOfRange(inside, 1, 77)),
            Base64.getEncoder().encodeToString(Arrays.copyOfRange(inside, 2, 77)),
            "RunKey" + Arrays.toString(key),
            new String(inside, StandardCharsets.ISO_8859_1))) {
      byte[] content = text.getBytes(StandardCharsets.ISO_8859_1);
      assertTrue(forms(key).stream().anyMatch(form -> indexOf(content, form) >= 0), text);
    }
  }

  private List<Path> files() throws Exception {
    try (var all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private static void assertSomewhere(List<Path> files, String text, String what) throws Exception {
    byte[] wanted = text.getBytes(StandardCharsets.UTF_8);
    boolean found = false;
    for (Path file : files) {
      found |= indexOf(Files.readAllBytes(file), wanted) >= 0;
    }
    assertTrue(found, what + " is in none of " + files);
  }

  /** The bytes as they are, and as text would have them, wherever they begin. */
  private static List<byte[]> forms(byte[] key) {
    List<byte[]> forms = new ArrayList<>(List.of(key));
    List<String> texts = new ArrayList<>();
    texts.add(HexFormat.of().formatHex(key));
    texts.add(HexFormat.of().formatHex(key).toUpperCase(Locale.ROOT));
    String numbers = Arrays.toString(key);
    texts.add(numbers.substring(1, numbers.length() - 1));
    texts.add(numbers.substring(1, numbers.length() - 1).replace(" ", ""));
    for (int before = 0; before < 3; before++) {
      byte[] shifted = new byte[before + key.length];
      System.arraycopy(key, 0, shifted, before, key.length);
      // What neighbours have no part in.
      int from = (before * 8 + 5) / 6;
      int to = shifted.length * 8 / 6;
      texts.add(Base64.getEncoder().encodeToString(shifted).substring(from, to));
      texts.add(Base64.getUrlEncoder().encodeToString(shifted).substring(from, to));
    }
    texts.forEach(text -> forms.add(text.getBytes(StandardCharsets.ISO_8859_1)));
    return forms;
  }

  private static int indexOf(byte[] content, byte[] wanted) {
    for (int at = 0; at <= content.length - wanted.length; at++) {
      int i = 0;
      while (i < wanted.length && content[at + i] == wanted[i]) {
        i++;
      }
      if (i == wanted.length) {
        return at;
      }
    }
    return -1;
  }
}
