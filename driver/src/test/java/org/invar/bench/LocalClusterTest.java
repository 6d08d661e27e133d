package org.invar.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What is printed while a cluster's Spark stops; LauncherIT has a whole one. */
class LocalClusterTest {
  @Test
  void whatIsPrintedWhileSparkStopsIsNotShownAndWhatItThrowsIs() {
    PrintStream before = System.err;
    var told = new ByteArrayOutputStream();
    var err = new PrintStream(told, true, StandardCharsets.UTF_8);
    System.setErr(err);
    try {
      LocalCluster.quietly(() -> System.err.println("rejected"));
      assertSame(err, System.err);
      assertThrows(
          IllegalStateException.class,
          () ->
              LocalCluster.quietly(
                  () -> {
                    throw new IllegalStateException("not stopped");
                  }));
      System.err.print("seen");
    } finally {
      System.setErr(before);
    }
    assertEquals("seen", told.toString(StandardCharsets.UTF_8));
  }
}
