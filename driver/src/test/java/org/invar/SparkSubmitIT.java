package org.invar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The job jar under spark-submit, with Spark's own jars and nothing else on the class path. */
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class SparkSubmitIT {
  /** For JVMs that live for seconds. */
  private static final List<String> QUICK =
      List.of(
          "-XX:TieredStopAtLevel=1",
          "-XX:+UseSerialGC",
          "-XX:+UnlockDiagnosticVMOptions",
          "-XX:-BytecodeVerificationRemote");

  private static final Duration START = Duration.ofMinutes(2);
  private static final Duration TRAINING = Duration.ofMinutes(6);

  @TempDir private Path temporary;
  private final Deque<Program> programs = new ArrayDeque<>();
  private String spark;

  @BeforeEach
  void findSpark() throws IOException {
    spark = String.join(File.pathSeparator, Program.classPath("spark-classpath.txt"));
    Files.createDirectories(temporary.resolve("spark/jars"));
  }

  @AfterEach
  void endPrograms() throws InterruptedException {
    while (!programs.isEmpty()) {
      programs.pop().close();
    }
  }

  @Test
  void sparksJarsBringNothingOfTheJobJar() throws IOException {
    List<URL> urls = new ArrayList<>();
    for (String jar : Program.classPath("spark-classpath.txt")) {
      urls.add(url(jar));
    }
    try (var loader =
        new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
      assertNotNull(loader.findResource("org/apache/spark/deploy/SparkSubmit.class"));
      for (String absent :
          List.of(
              "org/invar/cli/Main.class",
              "org/invar/InvarException.class",
              "org/nd4j/linalg/factory/Nd4j.class",
              "org/bytedeco/javacpp/Loader.class",
              "picocli/CommandLine.class",
              "me/tongfei/progressbar/ProgressBar.class")) {
        assertNull(loader.findResource(absent), absent);
      }
    }
  }

  @Test
  void aClusterEndsWithTheWeightsOfLocalMode() throws Exception {
    Path local = train("local", "local[2]");

    Program master =
        daemon("master", "org.apache.spark.deploy.master.Master", "--host", "127.0.0.1");
    Pattern address = Pattern.compile("Starting Spark master at (spark://\\S+)");
    String url = master.awaitError(address, START).group(1);
    for (String name : List.of("worker0", "worker1")) {
      Program worker =
          daemon(
              name,
              "org.apache.spark.deploy.worker.Worker",
              "--cores",
              "1",
              "--memory",
              "1g",
              "--work-dir",
              temporary.resolve("work").toString(),
              url);
      worker.awaitError(Pattern.compile("Successfully registered with master"), START);
    }
    Path cluster = train("cluster", url);

    assertEquals(sha256(local), sha256(cluster));
    try (Stream<Path> executors = Files.walk(temporary.resolve("work"), 2)) {
      assertTrue(
          executors.anyMatch(path -> path.getFileName().toString().equals("1")),
          "a second executor did not run");
    }
  }

  /** Its trials are in a pool, which Spark itself looks for beside its own classes only. */
  @Test
  void aSearchLeavesWhatPeopleRead() throws Exception {
    Path search = temporary.resolve("search.yaml");
    Files.writeString(
        search,
        """
        name: submitted
        job: %s
        trials: 3
        stopping: none
        objective: devLoss
        space:
          train.epochs: {choice: [1]}
          model.layers[5].dense.units: {intLogUniform: [8, 32]}
        """
            .formatted(Program.ROOT.resolve("conf/digits.yaml")));
    Path out = temporary.resolve("search");
    List<String> fair = List.of("spark.scheduler.mode=FAIR");
    Program submit = submit("search", "local[2]", fair, "search", search, out, "--verbose");
    assertEquals(0, submit.exitCode(TRAINING), submit::toString);
    assertTrue(submit.err().contains("pool: invar-search, schedulingMode: FAIR"), submit::toString);
    List<String> table = Files.readAllLines(out.resolve("trials.csv"));
    assertEquals(4, table.size(), table.toString());
    assertTrue(
        table.get(1).startsWith("1,") && table.get(1).contains(",finished,1,"), table.get(1));
    assertTrue(Files.readString(out.resolve("best.yaml")).contains("epochs: 1\n"));
    assertTrue(Files.readString(out.resolve("report.html")).contains("\"trials\":["));
    assertTrue(Files.size(out.resolve("best/model/weights.safetensors")) > 0);
  }

  /** Trains on a master and returns the weights' file. */
  private Path train(String name, String master) throws Exception {
    Path out = temporary.resolve(name);
    List<String> settings =
        List.of(
            "spark.executor.extraClassPath=" + spark,
            "spark.executor.extraJavaOptions=" + String.join(" ", QUICK),
            "spark.executorEnv.OMP_NUM_THREADS=1",
            "spark.executor.cores=1",
            "spark.cores.max=2",
            "spark.locality.wait=0s");
    Program submit = submit(name, master, settings, out);
    assertEquals(0, submit.exitCode(TRAINING), () -> submit + executorLogs());
    return out.resolve("model/weights.safetensors");
  }

  /** Submits the job jar to train the digits for an epoch. */
  private Program submit(
      String name, String master, List<String> settings, Path out, String... more)
      throws IOException {
    List<String> words = new ArrayList<>(List.of("--set", "train.epochs=1"));
    words.addAll(List.of(more));
    Path job = Program.ROOT.resolve("conf/digits.yaml");
    return submit(name, master, settings, "train", job, out, words.toArray(String[]::new));
  }

  /** Submits the job jar with a command. */
  private Program submit(
      String name,
      String master,
      List<String> settings,
      String command,
      Path file,
      Path out,
      String... more)
      throws IOException {
    List<String> words =
        new ArrayList<>(
            List.of("org.apache.spark.deploy.SparkSubmit", "--class", "org.invar.cli.Main"));
    words.addAll(List.of("--master", master, "--conf", "spark.ui.enabled=false"));
    settings.forEach(setting -> words.addAll(List.of("--conf", setting)));
    words.addAll(List.of(Program.JOB_JAR.toString(), command, file.toString()));
    words.addAll(List.of("--out", out.toString()));
    words.addAll(List.of(more));
    return start(name, "1g", words.toArray(String[]::new));
  }

  private Program daemon(String name, String type, String... arguments) throws IOException {
    List<String> all = new ArrayList<>(List.of(type, "--port", "0", "--webui-port", "0"));
    all.addAll(List.of(arguments));
    return start(name, "256m", all.toArray(String[]::new));
  }

  private Program start(String name, String heap, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("@" + Program.ROOT.resolve("conf/jvm.options"));
    command.addAll(QUICK);
    command.addAll(List.of("-Xmx" + heap, "-cp", spark));
    command.addAll(List.of(arguments));
    Map<String, String> environment =
        Map.of(
            "OMP_NUM_THREADS",
            "1",
            "SPARK_HOME",
            temporary.resolve("spark").toString(),
            "SPARK_SCALA_VERSION",
            "2.13",
            "SPARK_LOCAL_DIRS",
            temporary.resolve("blocks").toString());
    Program program = Program.start(name, temporary, temporary, environment, command);
    programs.push(program);
    return program;
  }

  private String executorLogs() {
    try (Stream<Path> files = Files.walk(temporary)) {
      return files
          .filter(file -> file.getFileName().toString().equals("stderr"))
          .map(Program::tail)
          .collect(Collectors.joining());
    } catch (IOException e) {
      return "\nno logs of executors: " + e;
    }
  }

  private static URL url(String path) throws MalformedURLException {
    return Path.of(path).toUri().toURL();
  }

  private static String sha256(Path file) throws Exception {
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
    return HexFormat.of().formatHex(digest);
  }
}
