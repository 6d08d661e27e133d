package org.invar.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.invar.InvarException;
import org.invar.source.WrittenFolder;

/** The folder that predictions go to, which must not cost anybody other files. */
final class OutputPath {
  /** What predict leaves beside Spark's files; whoever reads the folder passes such names over. */
  private static final String MARK = "_invar_predictions";

  /** Ends the name of the folder that takes the place of another when it is whole. */
  private static final String BESIDE = "._invar_writing";

  /** The names of all that is in a folder that predict wrote. */
  private static final Pattern OURS = Pattern.compile(MARK + "|_SUCCESS|part-.*|\\..*\\.crc");

  private final String name;
  private final Path path;
  private final FileSystem fileSystem;
  private final boolean overwrite;

  private OutputPath(String name, Path path, FileSystem fileSystem, boolean overwrite) {
    this.name = name;
    this.path = path;
    this.fileSystem = fileSystem;
    this.overwrite = overwrite;
  }

  /**
   * Returns the folder, if it may be written to.
   *
   * @param name of any Hadoop file system
   * @param overwrite whether predictions that are there may be deleted
   * @param read paths and patterns of the rows that are read
   * @param run the run's directory
   * @throws InvarException when something is there that must stay, or the path cannot be used
   */
  static OutputPath of(
      String name, boolean overwrite, List<String> read, String run, Configuration configuration) {
    WrittenFolder folder = WrittenFolder.of("--out " + name, name, configuration);
    folder.requireApart(read);
    folder.requireHoldsNone(List.of(run));
    try {
      Path path = new Path(name);
      FileSystem fileSystem = path.getFileSystem(configuration);
      var output = new OutputPath(name, fileSystem.makeQualified(path), fileSystem, overwrite);
      output.requireFree();
      return output;
    } catch (IOException | IllegalArgumentException e) {
      throw cannot(name, e);
    }
  }

  private static InvarException cannot(String name, Exception cause) {
    return new InvarException("--out " + name + ": cannot be used: " + cause + ".", cause);
  }

  /** Returns the path itself. */
  Path path() {
    return path;
  }

  /**
   * Looks again, and returns where to write, a folder that is not there: beside predictions that
   * are there, which stay until all is written.
   *
   * @throws InvarException when something has come meanwhile that must stay
   */
  Path writing() {
    try {
      requireFree();
      if (!fileSystem.exists(path)) {
        return path;
      }
      if (fileSystem.listStatus(path).length == 0) {
        fileSystem.delete(path, false);
        return path;
      }
      Path beside = path.suffix(BESIDE);
      fileSystem.delete(beside, true); // A kill has left it.
      return beside;
    } catch (IOException e) {
      throw cannot(name, e);
    }
  }

  /** Puts what was written in its place, as predictions that may be overwritten. */
  void complete(Path written) {
    try {
      fileSystem.create(new Path(written, MARK), true).close();
      if (!written.equals(path)) {
        requireFree();
        fileSystem.delete(path, true);
        if (!fileSystem.rename(written, path)) {
          throw new IOException("the new predictions are in " + written + ", not renamed");
        }
      }
    } catch (IOException e) {
      throw cannot(name, e);
    }
  }

  /** Deletes what was written beside predictions that stay. */
  void discard(Path written) {
    try {
      if (!written.equals(path)) {
        fileSystem.delete(written, true);
      }
    } catch (IOException e) {
      throw cannot(name, e);
    }
  }

  private void requireFree() throws IOException {
    if (!fileSystem.exists(path)) {
      return;
    }
    if (!fileSystem.getFileStatus(path).isDirectory()) {
      throw InvarException.of("--out " + name, "a folder, new or empty", "a file", "Name another.");
    }
    List<String> names = new ArrayList<>();
    for (FileStatus one : fileSystem.listStatus(path)) {
      names.add(one.getPath().getName());
    }
    if (names.isEmpty()) {
      return;
    }
    if (!overwrite) {
      throw InvarException.of(
          "--out " + name,
          "a folder, new or empty",
          names.size() + " files in it",
          "Name another, or delete what is there with --overwrite.");
    }
    List<String> others = names.stream().filter(one -> !OURS.matcher(one).matches()).toList();
    if (!names.contains(MARK) || !others.isEmpty()) {
      throw InvarException.of(
          "--out " + name,
          "a folder that Spark wrote for predict, with " + MARK + ", as only such are deleted",
          others.isEmpty() ? "one without" : String.join(", ", others),
          "Name another folder, or delete this one yourself.");
    }
  }
}
