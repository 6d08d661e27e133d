package org.invar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.invar.Program.Ended;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The options of Java that {@code bin/invar} gives to the driver, beside those of its user. */
@Timeout(value = 8, unit = TimeUnit.MINUTES)
class LauncherOptionsIT {
  @TempDir private Path temporary;

  /** What Spark makes of the arguments, and of a collector and a property that the user wants. */
  @Test
  void sparkSubmitPutsTheUsersOptionsOfJavaBehindOurs() throws Exception {
    Path home =
        Program.fake(
            temporary,
            "spark/bin/spark-submit",
            """
            exec java -cp "$SPARK_JARS" org.apache.spark.launcher.Main \\
              org.apache.spark.deploy.SparkSubmit "$@" | tr '\\0' '\\n'
            """);
    Files.createDirectories(home.resolve("jars"));
    String jars = String.join(File.pathSeparator, Program.classPath("spark-classpath.txt"));

    Ended ended =
        Program.call(
            LauncherIT.LAUNCHER,
            temporary,
            temporary,
            Map.of(
                "SPARK_HOME",
                home.toString(),
                "SPARK_JARS",
                jars,
                "SPARK_SCALA_VERSION",
                "2.13",
                "INVAR_OFFHEAP",
                "5g"),
            "explain",
            "--conf",
            "spark.driver.extraJavaOptions=-XX:+UseG1GC -Dmine='a b'");

    List<String> command = ended.out().lines().toList();
    int ours = command.indexOf("-Dorg.bytedeco.javacpp.maxbytes=5g");
    int theirs = command.indexOf("-XX:+UseG1GC");
    assertTrue(0 < ours && ours < theirs, ended.out() + ended.err());
    assertTrue(command.contains("-Dmine=a b"), ended.out());
    assertFalse(command.contains("-XX:+UseParallelGC"), ended.out());
  }

  /** A third of the heap is less than what any number of cores would have. */
  @ParameterizedTest
  @CsvSource({
    "INVAR_HEAP=30m, --verbose, -Xmx30m, -XX:MaxNewSize=10m",
    "INVAR_HEAP=8g, --driver-memory=30720K, -Xmx30720K, -XX:MaxNewSize=10m",
    "INVAR_HEAP=8g, --driver-memory=030M, -Xmx030M, -XX:MaxNewSize=10m",
    "INVAR_HEAP=1t, --verbose, -Xmx1t, ",
    "INVAR_HEAP=1073741824, --verbose, -Xmx1073741824, ",
  })
  void theYoungGenerationFollowsTheHeap(
      String environment, String argument, String heap, @Nullable String young) throws Exception {
    List<String> java = embedded(environment, argument);

    assertTrue(java.containsAll(List.of(heap, "-XX:+UseParallelGC")), java.toString());
    List<String> sizes = java.stream().filter(one -> one.contains("NewSize")).toList();
    assertEquals(young == null ? List.of() : List.of(young), sizes);
  }

  @ParameterizedTest
  @CsvSource({
    "JAVA_TOOL_OPTIONS=-XX:+UseG1GC, --verbose, -Dorg.bytedeco.javacpp.maxphysicalbytes=0",
    "JDK_JAVA_OPTIONS=-Da=1 -XX:+UseZGC, --verbose, -Dorg.bytedeco.javacpp.maxphysicalbytes=0",
    "A=, --conf=spark.driver.extraJavaOptions=-XX:+UseSerialGC -Dmine=\"a b\", -Dmine=a b",
    "A=, --driver-java-options=-XX:+UseSerialGC -Dmine=2, -Dmine=2",
  })
  void whoeverChoosesACollectorHasIt(String environment, String argument, String expected)
      throws Exception {
    List<String> java = embedded(environment, argument);

    assertTrue(java.contains(expected), java.toString());
    for (String ours : List.of("-XX:+UseParallelGC", "-Xms", "-XX:MaxNewSize", "-XX:MinHeap")) {
      assertFalse(java.stream().anyMatch(one -> one.startsWith(ours)), java.toString());
    }
  }

  @Test
  void optionsOfADriverElsewhereAreNotThoseOfThisJvm() throws Exception {
    String option = "spark.driver.extraJavaOptions=-Dmine=1";
    List<String> java = embedded("A=", "--conf=" + option, "--deploy-mode=cluster");

    assertTrue(java.contains(option) && !java.contains("-Dmine=1"), java.toString());
    assertTrue(java.contains("-XX:+UseParallelGC"), java.toString());
  }

  /** Returns the arguments that Java gets where Spark is embedded. */
  private List<String> embedded(String environment, String... arguments) throws Exception {
    Path home = Program.fake(temporary, "jdk/bin/java", "printf '%s\\n' \"$@\"\n");
    Map<String, String> all = new HashMap<>();
    for (String collector : List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS")) {
      all.put(collector, "");
    }
    int equals = environment.indexOf('=');
    all.put(environment.substring(0, equals), environment.substring(equals + 1));
    all.put("JAVA_HOME", home.toString());
    List<String> command = new ArrayList<>(List.of("explain"));
    command.addAll(List.of(arguments));
    Ended ended =
        Program.call(
            LauncherIT.LAUNCHER, temporary, temporary, all, command.toArray(String[]::new));
    assertEquals(0, ended.code(), ended.err());
    assertEquals("", ended.err());
    return ended.out().lines().toList();
  }
}
