package org.invar.compute;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import org.apache.spark.SparkEnv;
import org.bytedeco.javacpp.Pointer;

/**
 * The most memory that a process may have, and how its user gives it more.
 *
 * @param heap bytes of Java's heap
 * @param outside bytes outside the heap, where ND4J's arrays are
 * @param heapSetting sets the first
 * @param outsideSetting sets the second
 */
public record ProcessMemory(long heap, long outside, String heapSetting, String outsideSetting) {
  private static final String MOST_OUTSIDE = "org.bytedeco.javacpp.maxbytes";

  /** Returns what this process has. */
  public static ProcessMemory current() {
    SparkEnv spark = SparkEnv.get();
    boolean executor = spark != null && !spark.executorId().equals("driver");
    // Without a limit of the user's, ND4J takes what the machine, or its container, has.
    boolean limited = System.getProperty(MOST_OUTSIDE) != null && Pointer.maxBytes() > 0;
    long machine =
        ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
            ? system.getTotalMemorySize()
            : Long.MAX_VALUE;
    return new ProcessMemory(
        Runtime.getRuntime().maxMemory(),
        limited ? Math.min(Pointer.maxBytes(), machine) : machine,
        executor
            ? "--executor-memory (spark.executor.memory)"
            : "INVAR_HEAP, or --driver-memory of spark-submit",
        executor
            ? "spark.executor.memoryOverhead, on machines that have it"
            : limited
                ? "INVAR_OFFHEAP, or -D" + MOST_OUTSIDE
                : "a machine or container with more memory");
  }

  /**
   * Returns what is to be said of an error of memory: what was asked where the error says so, and
   * what there is.
   */
  public static String text(Throwable error) {
    Runtime java = Runtime.getRuntime();
    return "out of memory (%s), with %s of %s of heap in use and %s outside of it"
        .formatted(
            error.getMessage(),
            mebibytes(java.totalMemory() - java.freeMemory()),
            mebibytes(java.maxMemory()),
            mebibytes(Math.max(0, Pointer.physicalBytes() - java.totalMemory())));
  }

  static String mebibytes(long bytes) {
    return String.format(Locale.ROOT, "%,d MiB", (bytes + (1 << 20) - 1) >> 20);
  }
}
