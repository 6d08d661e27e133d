package org.invar.storage;

import java.io.IOException;
import java.nio.file.Files;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Where a path really leads: two spellings of one place are equal, links of local files resolved.
 */
public final class RealPath {
  private RealPath() {}

  /**
   * Returns the place of a path, with its file system's scheme, whether something is there or not.
   *
   * @throws IOException when the path's file system cannot be reached
   */
  public static Path of(Path path, Configuration configuration) throws IOException {
    FileSystem fileSystem = path.getFileSystem(configuration);
    Path qualified = fileSystem.makeQualified(path);
    if (!"file".equals(qualified.toUri().getScheme())) {
      return fileSystem.exists(qualified) ? fileSystem.resolvePath(qualified) : qualified;
    }
    java.nio.file.Path local = java.nio.file.Path.of(qualified.toUri().getPath());
    java.nio.file.Path there = local;
    while (there.getParent() != null && !Files.exists(there)) {
      there = there.getParent();
    }
    java.nio.file.Path real = there.toRealPath().resolve(there.relativize(local));
    return new Path(qualified.toUri().getScheme(), null, real.toString());
  }

  /** Returns whether a place is another one or lies in it; both are {@link #of} some path. */
  public static boolean isIn(Path inner, Path outer) {
    for (Path at = inner; at != null; at = at.getParent()) {
      if (at.equals(outer)) {
        return true;
      }
    }
    return false;
  }
}
