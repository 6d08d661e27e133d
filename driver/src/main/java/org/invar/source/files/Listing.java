package org.invar.source.files;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import org.invar.InvarException;
import org.invar.storage.RealPath;

/** All files of a folder, at any depth, but for hidden ones: their names begin with a dot. */
public final class Listing {
  private final Configuration hadoop;
  private final List<Found> files = new ArrayList<>();
  private final Set<Path> above = new HashSet<>();

  /**
   * A file.
   *
   * @param status what its file system says of it
   * @param folders the names of the folders that it lies in, below the one that was named
   */
  record Found(FileStatus status, List<String> folders) {}

  private Listing(Configuration hadoop) {
    this.hadoop = hadoop;
  }

  /**
   * Returns the files of what a path or a pattern names, in the order of their paths.
   *
   * @throws InvarException when a folder cannot be read
   */
  public static List<FileStatus> files(SparkSession spark, String name) {
    return found(name, spark.sparkContext().hadoopConfiguration()).stream()
        .map(Found::status)
        .toList();
  }

  /** Returns the same with the folders that each lies in. */
  static List<Found> found(String name, Configuration hadoop) {
    Listing listing = new Listing(hadoop);
    try {
      Path pattern = new Path(name);
      FileSystem system = pattern.getFileSystem(hadoop);
      FileStatus[] found = system.globStatus(pattern);
      boolean matched = !system.exists(pattern);
      for (FileStatus one : found == null ? new FileStatus[0] : found) {
        if (!matched || !isHidden(one.getPath())) {
          listing.add(system, one, List.of());
        }
      }
    } catch (IOException e) {
      throw new InvarException(name + ": expected a folder, but it cannot be read: " + e, e);
    }
    return listing.files;
  }

  /** Returns whether a name begins with a dot. */
  public static boolean isHidden(Path path) {
    return path.getName().startsWith(".");
  }

  private void add(FileSystem system, FileStatus one, List<String> folders) throws IOException {
    if (one.isFile()) {
      files.add(new Found(one, folders));
      return;
    }
    Path real = RealPath.of(one.getPath(), hadoop);
    if (!above.add(real)) {
      return; // A link back to a folder that is being listed.
    }
    FileStatus[] inside = system.listStatus(one.getPath());
    Arrays.sort(inside, Comparator.comparing(FileStatus::getPath));
    for (FileStatus each : inside) {
      if (!isHidden(each.getPath())) {
        List<String> deeper = new ArrayList<>(folders);
        if (each.isDirectory()) {
          deeper.add(each.getPath().getName());
        }
        add(system, each, deeper);
      }
    }
    above.remove(real);
  }
}
