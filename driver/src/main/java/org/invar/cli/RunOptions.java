package org.invar.cli;

import java.util.function.Consumer;
import org.invar.checkpoint.RunDirectory.Mode;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/**
 * Where a command that may be interrupted leaves what it does, and what to do with what is there.
 */
final class RunOptions {
  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "Where everything goes that is to stay: any Hadoop path that executors share (default: the"
              + " directory that the file names, else runs/NAME).")
  private @Nullable String out;

  @ArgGroup private @Nullable Existing existing;

  /** What to do with what is there. */
  private static final class Existing {
    @Option(
        names = "--resume",
        description = "Go on with what was interrupted; nothing that is finished is done again.")
    private boolean resume;

    @Option(names = "--overwrite", description = "Delete what is there and begin again.")
    private boolean overwrite;

    Existing() {}
  }

  RunOptions() {}

  /** Hands the directory on where one was given. */
  void directory(Consumer<String> taker) {
    if (out != null) {
      taker.accept(out);
    }
  }

  Mode mode() {
    if (existing == null) {
      return Mode.NEW;
    }
    return existing.resume ? Mode.RESUME : existing.overwrite ? Mode.OVERWRITE : Mode.NEW;
  }
}
