package org.invar.cli;

import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.invar.InvarException;
import org.jspecify.annotations.Nullable;

/**
 * Refuses tasks that want more cores than an executor has, before Spark starts and waits or fails.
 */
final class TaskCpus {
  private static final String CPUS = "spark.task.cpus";
  private static final String CORES = "spark.executor.cores";
  private static final Pattern LOCAL = Pattern.compile("local(?:\\[\\s*(\\d+)\\s*(?:,.*)?])?");
  private static final Pattern CLUSTER =
      Pattern.compile("local-cluster\\[\\s*\\d+\\s*,\\s*(\\d+)\\s*,.*");

  private TaskCpus() {}

  /**
   * Checks the settings.
   *
   * @param settings Spark's, null for those that are not set
   */
  static void check(UnaryOperator<@Nullable String> settings, String master) {
    int cpus = number(settings.apply(CPUS));
    Matcher local = LOCAL.matcher(master);
    Matcher cluster = CLUSTER.matcher(master);
    String cores =
        local.matches()
            ? local.group(1) == null ? "1" : local.group(1)
            : cluster.matches() ? cluster.group(1) : settings.apply(CORES);
    if (cores != null && number(cores) > 0 && cpus > number(cores)) {
      boolean named = local.matches() || cluster.matches();
      throw InvarException.of(
          CPUS,
          "at most %s, the cores of an executor (%s)".formatted(cores, named ? master : CORES),
          String.valueOf(cpus),
          "Leave it out: a gang takes all cores of an executor, and every other task one.");
    }
  }

  private static int number(@Nullable String text) {
    return text != null && text.matches("\\d{1,9}") ? Integer.parseInt(text) : 0;
  }
}
