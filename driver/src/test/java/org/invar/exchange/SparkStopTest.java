package org.invar.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.core.config.Property;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is printed while Spark stops; LauncherIT has whole clusters. */
class SparkStopTest {
  /** Made first: what log4j shows goes to the {@code System.err} that it begins with. */
  private final Logger log = (Logger) LogManager.getLogger(SparkStop.class);

  private final PrintStream before = System.err;
  private final ByteArrayOutputStream seen = new ByteArrayOutputStream();
  private final PrintStream err = new PrintStream(seen, true, StandardCharsets.UTF_8);
  private final List<String> logged = new ArrayList<>();
  private final AbstractAppender appender =
      new AbstractAppender("kept", null, null, true, Property.EMPTY_ARRAY) {
        @Override
        public void append(LogEvent event) {
          logged.add(event.getMessage().getFormattedMessage());
        }
      };

  @BeforeEach
  void keepWhatIsTold() {
    System.setErr(err);
    Configurator.setLevel(SparkStop.class, Level.INFO);
    appender.start();
    log.addAppender(appender);
    log.setAdditive(false); // What is logged goes to standard error, too.
  }

  @AfterEach
  void showItAgain() {
    System.setErr(before);
    log.removeAppender(appender);
    log.setAdditive(true);
    Configurator.setLevel(SparkStop.class, (Level) null);
  }

  @Test
  void whatIsPrintedMeanwhileIsLogged() {
    SparkStop.quietly(() -> System.err.println("rejected"));
    assertSame(err, System.err);
    assertEquals("", seen.toString(StandardCharsets.UTF_8));
    assertEquals(1, logged.size(), logged.toString());
    assertTrue(logged.get(0).contains("rejected"), logged.toString());
  }

  @Test
  void whatIsThrownIsThrownAndWhatWasPrintedIsLogged() {
    assertThrows(
        IllegalStateException.class,
        () ->
            SparkStop.quietly(
                () -> {
                  System.err.println("rejected");
                  throw new IllegalStateException("not stopped");
                }));
    assertSame(err, System.err);
    assertEquals(1, logged.size(), logged.toString());
  }

  @Test
  void threadsThatDeleteFoldersAreWaitedFor() {
    SparkStop.quietly(() -> new Thread(SparkStopTest::tellLater, SparkStop.CLEANUP_THREAD).start());
    assertEquals("", seen.toString(StandardCharsets.UTF_8));
    assertEquals(1, logged.size(), logged.toString());
  }

  private static void tellLater() {
    try {
      Thread.sleep(300);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    System.err.println("rejected");
  }

  @Test
  void whoeverSilencesItMeanwhileHasItSilent() {
    var silent = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    SparkStop.quietly(() -> System.setErr(silent));
    assertSame(silent, System.err);
  }
}
