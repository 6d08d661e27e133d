package org.invar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.apache.spark.sql.SparkSession;
import org.invar.config.Job;
import org.invar.source.LocalSpark;
import org.invar.train.Trainer;
import org.invar.train.TrainingResult;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The first job and the Java of README.md run, as they stand there. */
class ReadmeTest {
  private static final Path ROOT = Path.of(System.getProperty("invar.root"));

  @TempDir private static Path directory;
  private static SparkSession spark;

  @BeforeAll
  static void start() {
    spark = LocalSpark.start(2);
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  @Test
  void theFirstJobReachesWhatIsSaidOfIt() throws Exception {
    Matcher block =
        Pattern.compile("(?s)```yaml\n(name: patients\n.*?)```")
            .matcher(Files.readString(ROOT.resolve("README.md")));
    assertTrue(block.find());
    String yaml =
        replaced(block.group(1), "conf/data/diabetes.csv", ROOT.resolve("conf/data/diabetes.csv"));
    TrainingResult result =
        Trainer.of(spark, Job.parse(yaml, "README.md"))
            .directory(directory.resolve("patients").toString())
            .train();
    assertEquals(58.7, result.scores().get("testRmse"), 2);
  }

  @Test
  void theJavaExampleTrainsAndPredicts() throws Exception {
    String body =
        replaced(
            replaced(block(1), "conf/data/wine.csv", ROOT.resolve("conf/data/wine.csv")),
            "runs/wine-from-java",
            directory.resolve("run"));
    String output = run("Example", body);
    Matcher accuracy = Pattern.compile("test accuracy ([0-9.]+)").matcher(output);
    assertTrue(accuracy.find(), output);
    assertTrue(Double.parseDouble(accuracy.group(1)) > 0.8, output);
  }

  /** On a search that takes a second. */
  @Test
  void theJavaExampleSearches() throws Exception {
    Path search =
        Files.writeString(
            directory.resolve("search.yaml"),
            """
            name: small
            job:
              name: digits
              data: {train: {format: digits}, dev: {split: 0.2}, scale: 16}
              model: {layers: [flatten, {dense: 10}]}
              loss: softmaxCrossEntropy
              train: {epochs: 1, batchSize: 64, optimizer: adam, schedule: {constant: 0.01}}
            space: {train.schedule.constant: {logUniform: [1e-3, 1e-1]}}
            objective: devLoss
            trials: 2
            """);
    Path found = directory.resolve("search");
    run(
        "Searching",
        replaced(
            replaced(block(2), "conf/search-digits.yaml", search),
            "\"runs/search\"",
            "\"" + found + "\""));
    assertTrue(Files.exists(found.resolve("best/model")));
  }

  private static String replaced(String body, String words, Object by) {
    assertTrue(body.contains(words), words + " is not in " + body);
    return body.replace(words, by.toString());
  }

  /** Returns one of the blocks of Java, counted from 1; there are two. */
  private static String block(int number) throws Exception {
    Matcher block =
        Pattern.compile("(?s)```java\n(.*?)```")
            .matcher(Files.readString(ROOT.resolve("README.md")));
    String found = "";
    for (int i = 1; i <= 2; i++) {
      assertTrue(block.find());
      found = i == number ? block.group(1) : found;
    }
    assertFalse(block.find(), "one more block that nothing runs");
    return found;
  }

  /** Compiles and runs statements; returns what they print. */
  private static String run(String name, String body) throws Exception {
    Path source = directory.resolve(name + ".java");
    Files.writeString(
        source,
        """
        import java.nio.file.Path;
        import org.apache.spark.sql.*;
        import org.invar.config.Job;
        import org.invar.score.*;
        import org.invar.search.*;
        import org.invar.train.*;
        public class %s {
          public static void run(SparkSession spark) {
        %s
          }
        }
        """
            .formatted(name, body));
    int compiled =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                null,
                "-cp",
                System.getProperty("java.class.path"),
                "-d",
                directory.toString(),
                source.toString());
    assertEquals(0, compiled);

    PrintStream console = System.out;
    var printed = new ByteArrayOutputStream();
    try (var loader =
        new URLClassLoader(
            new URL[] {directory.toUri().toURL()}, ReadmeTest.class.getClassLoader())) {
      System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
      loader.loadClass(name).getMethod("run", SparkSession.class).invoke(null, spark);
    } finally {
      System.setOut(console);
    }
    return printed.toString(StandardCharsets.UTF_8);
  }
}
