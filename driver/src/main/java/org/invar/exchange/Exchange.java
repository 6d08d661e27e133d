package org.invar.exchange;

import java.util.function.Consumer;
import org.apache.hadoop.fs.Path;
import org.invar.gang.Command;
import org.invar.gang.Report;
import org.invar.source.Split;
import org.jspecify.annotations.Nullable;

/**
 * Where a run's parameters, moments and state live, and how its steps are taken: by a gang of
 * workers or on the driver.
 *
 * <p>Every method throws {@link WorkersLostException} when workers are gone or do not answer; the
 * exchange is of no use then but to be closed. Used by one thread.
 */
public interface Exchange extends AutoCloseable {
  /**
   * Takes consecutive steps of one epoch, and tells of each when it is taken.
   *
   * @throws NonFiniteException when a loss is NaN or infinite; that step is not taken
   */
  void steps(Command.Steps steps, Consumer<Report.Stepped> each);

  /** Returns the scores of all rows of a split, or null when the job has no such split. */
  double @Nullable [] evaluate(Split split);

  /** Keeps the weights as they are, instead of those that were kept before. */
  void keep();

  /** Evaluates with the kept weights from now on; no step follows. */
  void useKept();

  /**
   * Begins to write the files of a checkpoint of everything as it is now; the one before has been
   * {@link #saved}.
   *
   * @param directory where to
   * @param weights what the names of files of parameters, moments and state begin with
   * @param kept what the names of files of the kept weights begin with, or null to write none
   */
  void save(Path directory, String weights, @Nullable String kept);

  /**
   * Returns the files that {@link #save} began, once, or null while they are not complete or where
   * none were begun.
   *
   * @param wait whether to wait for them
   */
  @Nullable SavedFiles saved(boolean wait);

  /** Lets the workers go. */
  @Override
  void close();
}
