package org.invar.train;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.invar.Signals;

/** The command line in a JVM of its own, and the executors that it starts. */
public final class DriverProcess implements AutoCloseable {
  /**
   * For JVMs that live for seconds: the second compiler takes half of their time on two cores, and
   * to collect with many threads, or to verify libraries' classes, gains nothing. A cluster of
   * {@link GangIT} has both compilers, so that equal weights also say that they do not matter.
   */
  private static final List<String> QUICK =
      List.of(
          "-XX:TieredStopAtLevel=1",
          "-XX:+UseSerialGC",
          "-XX:+UnlockDiagnosticVMOptions",
          "-XX:-BytecodeVerificationRemote",
          "-Dorg.bytedeco.javacpp.maxphysicalbytes=0"); // As bin/invar has it.

  /** The same as one text, for Spark's settings. */
  static final String QUICK_START = String.join(" ", QUICK);

  /** Spark's settings for executors with the classes of this JVM. */
  static final Map<String, String> CLUSTER =
      Map.of(
          "spark.ui.enabled", "false",
          "spark.driver.host", "127.0.0.1",
          "spark.locality.wait", "0s",
          "spark.scheduler.barrier.maxConcurrentTasksCheck.interval", "1s",
          "spark.executor.extraClassPath", System.getProperty("java.class.path"),
          "spark.executor.extraJavaOptions", QUICK_START,
          "spark.executorEnv.OMP_NUM_THREADS", "1");

  private final Path log;
  private final Process process;

  private DriverProcess(Path log, Process process) {
    this.log = log;
    this.process = process;
  }

  /**
   * Starts a training run.
   *
   * @param folder of its log, and of what Spark wants for a home
   * @param out the run's directory
   * @param more further arguments
   */
  static DriverProcess train(Path folder, Path job, Path out, String master, String... more)
      throws IOException {
    return start("train", folder, job, out, master, more);
  }

  /** Starts a search; as {@link #train}. */
  public static DriverProcess search(
      Path folder, Path search, Path out, String master, String... more) throws IOException {
    return start("search", folder, search, out, master, more);
  }

  private static DriverProcess start(
      String command, Path folder, Path job, Path out, String master, String... more)
      throws IOException {
    List<String> arguments = new ArrayList<>(List.of(command, job.toString()));
    arguments.addAll(List.of("--out", out.toString(), "--master", master));
    List<String> properties = new ArrayList<>();
    for (String argument : more) {
      (argument.startsWith("-D") ? properties : arguments).add(argument);
    }
    return start(folder, out, "org.invar.cli.Main", arguments, properties);
  }

  /**
   * Starts a program that trains.
   *
   * @param out the run's directory, which the log is named after
   * @param main its class
   * @param properties Java's, beside those that every driver gets
   */
  public static DriverProcess start(
      Path folder, Path out, String main, List<String> arguments, List<String> properties)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + "/bin/java");
    command.add("@" + System.getProperty("invar.root") + "/conf/jvm.options");
    String classPath = System.getProperty("java.class.path");
    command.add("-Xmx1g");
    command.addAll(QUICK);
    command.addAll(List.of("-cp", classPath));
    CLUSTER.forEach((key, value) -> command.add("-D" + key + "=" + value));
    command.addAll(properties);
    command.add(main);
    command.addAll(arguments);
    Path home = folder.resolve("spark");
    Files.createDirectories(home.resolve("jars"));
    Path log = Files.createTempFile(folder, out.getFileName() + "-", ".log");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().keySet().removeIf(key -> key.startsWith("SPARK_"));
    builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
    builder.environment().put("SPARK_HOME", home.toString());
    builder.environment().put("SPARK_SCALA_VERSION", "2.13");
    return new DriverProcess(log, builder.start());
  }

  /** Returns the executors that live: the only processes that the driver starts. */
  public List<ProcessHandle> executors() {
    return process.children().filter(ProcessHandle::isAlive).toList();
  }

  /** Waits until that many steps of the run have been written to its metrics. */
  boolean awaitStep(Path out, long step) throws Exception {
    File metrics = out.resolve("metrics.jsonl").toFile();
    while (!process.waitFor(10, TimeUnit.MILLISECONDS)) {
      if (metrics.exists() && lastStep(metrics.toPath()) >= step) {
        return true;
      }
    }
    return false;
  }

  /** Waits until the log has a text; returns false when the process ends without it. */
  public boolean awaitLog(String text) throws Exception {
    while (!log().contains(text)) {
      if (process.waitFor(10, TimeUnit.MILLISECONDS)) {
        return log().contains(text);
      }
    }
    return true;
  }

  static long lastStep(Path metrics) throws IOException {
    long last = 0;
    for (String line : Files.readAllLines(metrics)) {
      int at = line.indexOf("\"step\":", 10);
      if (at > 0) {
        int from = at + "\"step\":".length();
        int to = line.indexOf(',', from);
        last = to < 0 ? last : Long.parseLong(line.substring(from, to));
      }
    }
    return last;
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /**
   * Does what Ctrl-C does, to the driver and its executors.
   *
   * @return the exit code that is the signal's
   */
  public int interrupt() throws Exception {
    return Signals.interrupt(process.toHandle());
  }

  /** Ends the driver as a lost machine would. */
  public void kill() throws InterruptedException {
    List<ProcessHandle> executors = executors();
    process.destroyForcibly().waitFor();
    executors.forEach(ProcessHandle::destroyForcibly);
  }

  /** Returns the exit code; a run that takes longer has failed. */
  public int exitCode(int seconds) throws Exception {
    if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
      String threads = threads();
      close();
      throw new AssertionError("still running after " + seconds + " s\n" + log() + threads);
    }
    return process.exitValue();
  }

  private String threads() throws Exception {
    Process jstack =
        new ProcessBuilder(
                System.getProperty("java.home") + "/bin/jstack", String.valueOf(process.pid()))
            .redirectErrorStream(true)
            .start();
    return new String(jstack.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  public String log() throws IOException {
    return Files.readString(log);
  }

  @Override
  public void close() throws InterruptedException {
    kill();
  }
}
