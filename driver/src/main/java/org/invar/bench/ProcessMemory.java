package org.invar.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** The resident memory of this process, as Linux tells it: heap, ND4J's, and everything else. */
final class ProcessMemory {
  private static final Path PEAK = Path.of("/proc/self/status");
  private static final Path RESET = Path.of("/proc/self/clear_refs");

  /** What makes Linux begin a new peak: proc(5). */
  private static final String RESET_PEAK = "5";

  private ProcessMemory() {}

  /** Begins a new peak at what is resident now; does nothing where the system cannot do it. */
  static void resetPeak() {
    try {
      if (Files.isWritable(RESET)) {
        Files.writeString(RESET, RESET_PEAK);
      }
    } catch (IOException e) {
      // Then the peak is that of the whole process so far.
    }
  }

  /** Returns the peak in MiB, or nothing where the system does not tell. */
  static OptionalLong peakMebibytes() {
    if (!Files.isReadable(PEAK)) {
      return OptionalLong.empty();
    }
    try (Stream<String> lines = Files.lines(PEAK)) {
      return lines
          .filter(line -> line.startsWith("VmHWM:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
          .findFirst();
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }
}
