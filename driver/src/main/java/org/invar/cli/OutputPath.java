package org.invar.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.invar.InvarException;

/** The folder that predictions go to, which must not cost anybody other files. */
final class OutputPath {
  private static final String DONE = "_SUCCESS";

  private final String name;
  private final Path path;
  private final FileSystem fileSystem;
  private final Configuration configuration;

  private OutputPath(String name, Path path, FileSystem fileSystem, Configuration configuration) {
    this.name = name;
    this.path = path;
    this.fileSystem = fileSystem;
    this.configuration = configuration;
  }

  /**
   * Returns the path, if it may be written to.
   *
   * @param name of any Hadoop file system
   * @param overwrite whether rows that Spark wrote there may be deleted
   * @param read paths and patterns of the rows that are read
   * @param run the run's directory
   * @throws InvarException when something is there that must stay, or the path cannot be used
   */
  static Path of(
      String name, boolean overwrite, List<String> read, String run, Configuration configuration) {
    try {
      Path path = new Path(name);
      FileSystem fileSystem = path.getFileSystem(configuration);
      var output = new OutputPath(name, fileSystem.makeQualified(path), fileSystem, configuration);
      for (String source : read) {
        output.requireApart(source, true);
      }
      output.requireApart(run, false);
      output.requireFree(overwrite);
      return output.path;
    } catch (IOException | IllegalArgumentException e) {
      throw new InvarException("--out " + name + ": cannot be used: " + e + ".", e);
    }
  }

  /** Writing may delete what is there, and must not change what is read. */
  private void requireApart(String other, boolean whole) throws IOException {
    Path pattern = new Path(other);
    FileStatus[] found = pattern.getFileSystem(configuration).globStatus(pattern);
    for (FileStatus one : found == null ? new FileStatus[0] : found) {
      if (isUnder(one.getPath(), path) || (whole && isUnder(path, one.getPath()))) {
        throw InvarException.of(
            "--out " + name,
            "a folder apart from " + one.getPath(),
            path.toString(),
            "Name another.");
      }
    }
  }

  private static boolean isUnder(Path inner, Path outer) {
    for (Path at = inner; at != null; at = at.getParent()) {
      if (at.equals(outer)) {
        return true;
      }
    }
    return false;
  }

  private void requireFree(boolean overwrite) throws IOException {
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
    if (!names.contains(DONE)) {
      throw InvarException.of(
          "--out " + name,
          "a folder that Spark wrote, with " + DONE + ", as only such are deleted",
          "other files",
          "Name another folder, or delete this one yourself.");
    }
  }
}
