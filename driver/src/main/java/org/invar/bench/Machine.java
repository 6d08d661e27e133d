package org.invar.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Where something was measured.
 *
 * @param processor its model, or the architecture where the system does not tell
 * @param cores that the process may use
 * @param system the operating system
 * @param java the JVM's version
 * @param spark Spark's version
 * @param load the system's load average of a minute when the measurement began; negative where it
 *     is not known
 */
public record Machine(
    String processor, int cores, String system, String java, String spark, double load) {
  private static final Path PROCESSORS = Path.of("/proc/cpuinfo");

  /** Returns this machine as it is now. */
  static Machine here(String spark) {
    return new Machine(
        processorName(),
        Runtime.getRuntime().availableProcessors(),
        System.getProperty("os.name") + " " + System.getProperty("os.version"),
        System.getProperty("java.vm.name") + " " + System.getProperty("java.version"),
        spark,
        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
  }

  private static String processorName() {
    String architecture = System.getProperty("os.arch");
    if (!Files.isReadable(PROCESSORS)) {
      return architecture;
    }
    try (Stream<String> lines = Files.lines(PROCESSORS)) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse(architecture);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + PROCESSORS, e);
    }
  }

  /** Returns everything in a line. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%d cores, %s, %s, %s, Spark %s, load %.1f at the start",
        cores,
        processor,
        system,
        java,
        spark,
        load);
  }
}
