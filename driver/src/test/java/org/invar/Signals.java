package org.invar;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Ctrl-C without a terminal. */
public final class Signals {
  private static final int INTERRUPT = 2;
  private static final int TERMINATE = 15;

  private Signals() {}

  /**
   * Does what Ctrl-C does: a process and all that it has started get the signal at once.
   *
   * <p>What was started in the background of a shell is deaf to SIGINT, and so is all that it
   * starts: there it is SIGTERM, which goes the same way.
   *
   * @return the exit code that is the signal's
   */
  public static int interrupt(ProcessHandle process) throws IOException, InterruptedException {
    int signal = ignores(process, INTERRUPT) ? TERMINATE : INTERRUPT;
    List<String> command = new ArrayList<>(List.of("kill", "-" + signal));
    Stream.concat(Stream.of(process), process.descendants())
        .map(each -> String.valueOf(each.pid()))
        .forEach(command::add);
    new ProcessBuilder(command).start().waitFor();
    return 128 + signal;
  }

  private static boolean ignores(ProcessHandle process, int signal) throws IOException {
    Path status = Path.of("/proc/" + process.pid() + "/status");
    return Files.exists(status)
        && Files.readAllLines(status).stream()
            .filter(line -> line.startsWith("SigIgn:"))
            .map(line -> Long.parseUnsignedLong(line.substring(line.indexOf('\t') + 1), 16))
            .anyMatch(mask -> (mask >> (signal - 1) & 1) == 1);
  }
}
