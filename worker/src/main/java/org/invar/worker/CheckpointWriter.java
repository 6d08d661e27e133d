package org.invar.worker;

import java.io.IOException;
import java.io.UncheckedIOException;
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

/** Writes a worker's slices of checkpoints on a thread of its own, while training goes on. */
final class CheckpointWriter implements AutoCloseable {
  private final GangPlan plan;
  private final Membership self;
  private final Consumer<Report> reporter;
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

  /** Copies the slices as they are and begins to write them. */
  void save(Command.Save save, GangState state) {
    SliceContent weights = state.snapshot();
    SliceContent kept = save.kept().isEmpty() ? null : state.kept();
    thread.execute(
        () -> {
          try {
            reporter.accept(write(save, weights, kept));
          } catch (IOException | UncheckedIOException e) {
            reporter.accept(new Report.Failed(Report.Cause.STORAGE, save.directory() + ": " + e));
          } catch (RuntimeException | Error e) {
            reporter.accept(new Report.Failed(Report.Cause.JOB, save.directory() + ": " + e));
            throw e;
          }
        });
  }

  private Report write(Command.Save save, SliceContent weights, @Nullable SliceContent kept)
      throws IOException {
    long start = System.nanoTime();
    Path directory = new Path(save.directory());
    FileSystem files = RunFiles.fileSystem(directory, plan.hadoop().value());
    SliceFile written = Slices.write(files, file(directory, save.weights()), weights);
    SliceFile writtenKept =
        kept == null ? null : Slices.write(files, file(directory, save.kept()), kept);
    return new Report.Saved(written, writtenKept, (System.nanoTime() - start) * 1e-6);
  }

  private Path file(Path directory, String prefix) {
    return new Path(directory, SliceFile.name(prefix, self.rank(), self.size()));
  }

  /** Gives up what is not written yet. */
  @Override
  public void close() {
    thread.shutdownNow();
  }
}
