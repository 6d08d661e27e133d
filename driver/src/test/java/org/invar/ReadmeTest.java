package org.invar;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
import org.invar.source.LocalSpark;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Java of README.md compiles and runs, as it stands there. */
class ReadmeTest {
  private static final Path ROOT = Path.of(System.getProperty("invar.root"));

  @TempDir private Path directory;

  @Test
  void theJavaExampleTrainsAndPredicts() throws Exception {
    String readme = Files.readString(ROOT.resolve("README.md"));
    Matcher block = Pattern.compile("(?s)```java\n(.*?)```").matcher(readme);
    assertTrue(block.find());
    String body =
        block
            .group(1)
            .replace("conf/data/wine.csv", ROOT.resolve("conf/data/wine.csv").toString())
            .replace("runs/wine-from-java", directory.resolve("run").toString());
    Path source = directory.resolve("Example.java");
    Files.writeString(
        source,
        """
        import org.apache.spark.sql.*;
        import org.invar.config.Job;
        import org.invar.train.*;
        public class Example {
          public static void run(SparkSession spark) {
        %s
          }
        }
        """
            .formatted(body));
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

    SparkSession spark = LocalSpark.start(2);
    PrintStream console = System.out;
    var printed = new ByteArrayOutputStream();
    try (var loader =
        new URLClassLoader(
            new URL[] {directory.toUri().toURL()}, ReadmeTest.class.getClassLoader())) {
      System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
      loader.loadClass("Example").getMethod("run", SparkSession.class).invoke(null, spark);
    } finally {
      System.setOut(console);
      spark.stop();
    }
    String output = printed.toString(StandardCharsets.UTF_8);
    Matcher accuracy = Pattern.compile("test accuracy ([0-9.]+)").matcher(output);
    assertTrue(accuracy.find(), output);
    assertTrue(Double.parseDouble(accuracy.group(1)) > 0.8, output);
  }
}
