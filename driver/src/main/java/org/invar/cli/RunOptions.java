package org.invar.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.invar.checkpoint.RunDirectory.Mode;
import org.invar.source.WrittenFolder;
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

  /**
   * Refuses to overwrite a directory that holds the files which describe what is to be done.
   *
   * @param directory where everything goes unless --out says otherwise
   * @param files of this machine
   */
  void requireKept(@Nullable String directory, List<Path> files, Configuration hadoop) {
    String written = out == null ? directory : out;
    if (written != null && mode() == Mode.OVERWRITE) {
      WrittenFolder.of(written, written, hadoop)
          .requireHoldsNone(files.stream().map(file -> "file:" + file.toAbsolutePath()).toList());
    }
  }

  Mode mode() {
    if (existing == null) {
      return Mode.NEW;
    }
    return existing.resume ? Mode.RESUME : existing.overwrite ? Mode.OVERWRITE : Mode.NEW;
  }
}
