package org.invar.gang;

import java.io.IOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.invar.collective.Membership;
import org.invar.storage.RunFiles;
import org.invar.storage.SliceContent;
import org.invar.storage.SliceFile;
import org.invar.storage.Slices;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes a worker's slices of checkpoints on a thread of its own, while training goes on. */
final class CheckpointWriter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CheckpointWriter.class);

  private final GangPlan plan;
  private final Membership self;
  private final Consumer<Report> reporter;
  private volatile boolean closed;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(work -> GangSession.daemon(work, "invar-checkpoint"));

  /**
   * Makes the writer.
   *
   * @param reporter hears of what was written, or why it was not
   */
  CheckpointWriter(GangPlan plan, Membership self, Consumer<Report> reporter) {
    this.plan = plan;
    this.self = self;
    this.reporter = reporter;
  }

  /**
   * Copies the slices as they are and begins to write them.
   *
   * @param begun when the worker stopped training for it, by {@link System#nanoTime}: what it has
   *     done since is part of the cost
   */
  void save(Command.Save save, GangState state, long begun) {
    SliceContent weights = state.snapshot();
    SliceContent kept = save.kept().isEmpty() ? null : state.kept();
    thread.execute(
        () -> {
          try {
            reporter.accept(write(save, weights, kept, begun));
          } catch (IOException | RuntimeException | Error e) {
            fail(save, e);
          }
        });
  }

  private void fail(Command.Save save, Throwable e) {
    if (closed) {
      LOG.debug("gave up writing to {}", save.directory(), e);
      return; // Interrupted: a worker that ends must not pass for a storage that fails.
    }
    LOG.error("writing to {} failed", save.directory(), e);
    String message = save.directory() + ": " + e;
    reporter.accept(new Report.Failed(FailureCause.of(e), message));
  }

  /** Writes the slices on the calling thread. */
  Report.Saved write(
      Command.Save save, SliceContent weights, @Nullable SliceContent kept, long begun)
      throws IOException {
    Path directory = new Path(save.directory());
    FileSystem files = RunFiles.fileSystem(directory, plan.hadoop().value());
    SliceFile written = Slices.write(files, file(directory, save.weights()), weights);
    SliceFile writtenKept =
        kept == null ? null : Slices.write(files, file(directory, save.kept()), kept);
    return new Report.Saved(written, writtenKept, (System.nanoTime() - begun) * 1e-6);
  }

  private Path file(Path directory, String prefix) {
    return new Path(directory, SliceFile.name(prefix, self.rank(), self.size()));
  }

  /** Gives up what is not written yet. */
  @Override
  public void close() {
    closed = true;
    thread.shutdownNow();
  }
}
