package org.invar.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.invar.Signals;
import org.junit.jupiter.api.Test;

/** SIGTERM ends a command that does not answer it. */
class DeafCommandTest {
  @Test
  void itIsEndedAndSaysSo() throws Exception {
    Process process =
        new ProcessBuilder(
                System.getProperty("java.home") + "/bin/java",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                DeafCommand.class.getName())
            .redirectErrorStream(true)
            .start();
    try (var out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      String line = out.readLine();
      while (line != null && !line.equals("ready")) {
        line = out.readLine(); // What a logger says of itself.
      }
      assertEquals("ready", line);
      int code = Signals.interrupt(process.toHandle());
      assertTrue(process.waitFor(1, TimeUnit.MINUTES), "it goes on");
      assertEquals(code, process.exitValue());
      String said = out.lines().collect(Collectors.joining("\n"));
      assertTrue(said.endsWith("invar: interrupted."), said);
    } finally {
      process.destroyForcibly();
    }
  }
}
