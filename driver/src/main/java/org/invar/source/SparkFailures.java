package org.invar.source;

import java.util.Optional;
import java.util.concurrent.Callable;
import org.invar.InvarException;

/** What failed, without what Spark says around it. */
public final class SparkFailures {
  private SparkFailures() {}

  /**
   * Returns what a Spark action returns, or throws one {@link InvarException} for whatever went
   * wrong in it.
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
    } catch (Exception e) {
      // Spark throws checked exceptions that its Scala methods do not declare.
      throw explain(place, e);
    }
  }

  private static InvarException explain(String place, Throwable failure) {
    Throwable root = failure;
    for (Throwable at = failure; at != null; at = at.getCause()) {
      if (at instanceof InvarException known) {
        return known;
      }
      root = at;
    }
    String first =
        Optional.ofNullable(root.getMessage())
            .flatMap(message -> message.lines().filter(line -> !line.isBlank()).findFirst())
            .orElse("no message");
    return new InvarException(
        place + ": a Spark job failed: " + root.getClass().getSimpleName() + ": " + first.strip(),
        failure);
  }
}
