package org.invar.source;

import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.sql.SparkSession;
import org.invar.InvarException;
import org.invar.compute.OutOfMemory;

/** What failed, without what Spark says around it. */
public final class SparkFailures {
  private static final String SPARK = "org.apache.spark.";

  /**
   * The words of {@code org.apache.spark.ExecutorLostFailure}, behind an ordinary or a barrier
   * stage's.
   */
  private static final Pattern LOST =
      Pattern.compile(
          "(?:most recent failure: .*|barrier task .* finished unsuccessfully\\.\\s+)"
              + "ExecutorLostFailure \\((executor \\S+) exited caused by one of the running tasks\\)(?: Reason: (.*[^.\\s]))?");

  /** The words with which Spark names the file that one of its readers fails on. */
  private static final Pattern FILE =
      Pattern.compile("(?:reading file|footer for file:) (\\S*?[^.\\s])\\.?(?:\\s|$)");

  private SparkFailures() {}

  /**
   * Returns what a Spark action returns, or throws one {@link InvarException} for whatever went
   * wrong in it. Where the action's thread was interrupted, it stays so. Mistakes of our own code
   * on the driver, a {@link NullPointerException} or an {@link IllegalStateException}, pass
   * unchanged.
   *
   * @param place what the action does or reads, for the message
   * @param action the action
   */
  public static <T> T explained(String place, Callable<T> action) {
    try {
      return action.call();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw explain(place, e);
    } catch (NullPointerException | IllegalStateException e) {
      throw ours(e) && OutOfMemory.behind(e) == null ? e : explain(place, e);
    } catch (Exception | OutOfMemoryError e) {
      // Spark throws checked exceptions that its Scala methods do not declare.
      throw explain(place, e);
    }
  }

  /**
   * Returns what Spark says of the last executor where a job failed because its task ended one
   * executor after the other, or a barrier stage because one died; empty for any other failure. An
   * executor that somebody takes away is none of them.
   */
  public static Optional<String> lostExecutor(Throwable failure) {
    for (Throwable at = failure; at != null; at = at.getCause()) {
      Matcher matcher = LOST.matcher(String.valueOf(at.getMessage()));
      if (at.getClass().getName().startsWith(SPARK) && matcher.find()) {
        String reason = matcher.group(2);
        return Optional.of(matcher.group(1) + (reason == null ? "" : ": " + reason));
      }
    }
    return Optional.empty();
  }

  /** Whether our code threw it and no failure of Spark is behind it. */
  private static boolean ours(RuntimeException failure) {
    for (Throwable at = failure; at != null; at = at.getCause()) {
      if (at.getClass().getName().startsWith(SPARK)) {
        return false;
      }
    }
    // Spark throws the same kinds itself, such as on the use of a context that was stopped.
    return Arrays.stream(failure.getStackTrace())
        .map(StackTraceElement::getClassName)
        .filter(name -> name.startsWith("org.invar.") || name.startsWith(SPARK))
        .findFirst()
        .filter(name -> !name.startsWith(SPARK))
        .isPresent();
  }

  /**
   * Returns the session of a builder, or throws one {@link InvarException} for whatever Spark
   * cannot start with.
   */
  public static SparkSession started(Callable<SparkSession> start) {
    try {
      return start.call();
    } catch (Exception e) { // Spark throws checked exceptions that it does not declare.
      throw new InvarException("Spark does not start: " + first(e) + ". Correct its settings.", e);
    }
  }

  private static String first(Throwable root) {
    String line =
        Optional.ofNullable(root.getMessage())
            .flatMap(message -> message.lines().filter(each -> !each.isBlank()).findFirst())
            .orElse("no message")
            .strip();
    return root.getClass().getSimpleName() + ": " + line.replaceFirst("\\.$", "");
  }

  private static InvarException explain(String place, Throwable failure) {
    Throwable root = failure;
    String file = null;
    for (Throwable at = failure; at != null; at = at.getCause()) {
      if (at instanceof InvarException known) {
        return known;
      }
      root = at;
      Matcher named = FILE.matcher(String.valueOf(at.getMessage()));
      file = named.find() ? named.group(1) : file;
    }
    Throwable memory = OutOfMemory.behind(failure);
    if (memory != null) {
      return OutOfMemory.explained(place, memory);
    }
    String where = place + (file == null ? "" : ", file " + file);
    return new InvarException(where + ": a Spark job failed: " + first(root), failure);
  }
}
