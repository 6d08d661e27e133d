package org.invar;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A program in a process of its own, whose output goes to two files; closing it ends the process
 * and whatever that started.
 */
final class Program implements AutoCloseable {
  /** The project's folder, and the version that the build has just packaged. */
  static final Path ROOT = Path.of(System.getProperty("invar.root"));

  static final Path JOB_JAR =
      ROOT.resolve("driver/target/invar-" + System.getProperty("invar.version") + ".jar");

  private static final int TAIL_LINES = 60;

  private final String name;
  private final Process process;
  private List<ProcessHandle> started = List.of();
  private final Path out;
  private final Path err;

  private Program(String name, Process process, Path out, Path err) {
    this.name = name;
    this.process = process;
    this.out = out;
    this.err = err;
  }

  /**
   * Starts a command in a folder, with its output in {@code logs/name.out} and {@code .err}.
   *
   * @param environment what is set beside this process's own variables; empty removes one
   */
  static Program start(
      String name, Path logs, Path folder, Map<String, String> environment, List<String> command)
      throws IOException {
    Path out = logs.resolve(name + ".out");
    Path err = logs.resolve(name + ".err");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    // Those of the machine that runs the tests have no say.
    builder.environment().keySet().removeIf(key -> key.startsWith("SPARK_"));
    builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
    builder.environment().putAll(environment);
    return new Program(name, builder.start(), out, err);
  }

  /** What a call left behind. */
  record Ended(int code, String out, String err) {}

  /** Calls a launcher in a folder; standard error of a call that built something says so. */
  static Ended call(
      Path launcher, Path logs, Path folder, Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(launcher.toString()));
    command.addAll(List.of(arguments));
    try (Program program = start("invar", logs, folder, environment, command)) {
      int code = program.exitCode(Duration.ofMinutes(6));
      return new Ended(code, program.out(), program.err());
    }
  }

  /** Makes a script, such as {@code home/bin/java}; returns the first folder of its path. */
  static Path fake(Path folder, String path, String text) throws IOException {
    Path file = folder.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, "#!/bin/sh\n" + text);
    if (!file.toFile().setExecutable(true)) {
      throw new IOException(file + " cannot be made executable");
    }
    return folder.resolve(Path.of(path).getName(0));
  }

  /** Returns the exit code, waiting for it. */
  int exitCode(Duration limit) throws InterruptedException {
    if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new AssertionError(name + " still runs after " + limit + this);
    }
    return process.exitValue();
  }

  /** Returns the first match in what the program has written to its error stream. */
  Matcher awaitError(Pattern pattern, Duration limit) throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    while (true) {
      boolean alive = process.isAlive();
      Matcher matcher = pattern.matcher(err());
      if (matcher.find()) {
        return matcher;
      }
      if (!alive || System.nanoTime() > end) {
        throw new AssertionError("no " + pattern + " within " + limit + this);
      }
      Thread.sleep(50);
    }
  }

  String out() {
    return text(out);
  }

  String err() {
    return text(err);
  }

  /** Waits until the program has written something into a file. */
  void awaitFile(Path file, Duration limit) throws IOException, InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    while (!Files.exists(file) || Files.size(file) == 0) {
      if (!process.isAlive() || System.nanoTime() > end) {
        throw new AssertionError("no " + file + " within " + limit + this);
      }
      Thread.sleep(50);
    }
  }

  /** Does what Ctrl-C does; returns the exit code that is the signal's. */
  int interrupt() throws IOException, InterruptedException {
    started = process.descendants().toList();
    return Signals.interrupt(process.toHandle());
  }

  /** Waits for the processes that the interrupted program had started; returns who survives. */
  List<ProcessHandle> survivors(Duration limit) throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    while (started.stream().anyMatch(ProcessHandle::isAlive) && System.nanoTime() < end) {
      Thread.sleep(50);
    }
    return started.stream().filter(ProcessHandle::isAlive).toList();
  }

  /** Returns the ends of both outputs, for the message of a failure. */
  @Override
  public String toString() {
    return tail(out) + tail(err);
  }

  @Override
  public void close() throws InterruptedException {
    List<ProcessHandle> started = process.descendants().toList();
    process.destroyForcibly();
    started.forEach(ProcessHandle::destroyForcibly);
    if (!process.waitFor(20, TimeUnit.SECONDS)) {
      throw new AssertionError(name + " survives being killed, pid " + process.pid());
    }
  }

  static String tail(Path file) {
    List<String> lines = text(file).lines().toList();
    return lines.stream()
        .skip(Math.max(0, lines.size() - TAIL_LINES))
        .collect(Collectors.joining("\n", "\n--- " + file.getFileName() + "\n", ""));
  }

  /** Returns the paths of a class path that the build wrote. */
  static List<String> classPath(String file) throws IOException {
    String text = Files.readString(ROOT.resolve("driver/target").resolve(file)).strip();
    return Stream.of(text.split(Pattern.quote(File.pathSeparator))).toList();
  }

  private static String text(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
