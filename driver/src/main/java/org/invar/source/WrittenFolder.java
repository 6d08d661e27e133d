package org.invar.source;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.invar.InvarException;
import org.invar.storage.RealPath;

/**
 * A folder that something is written to, which must not cost anybody what is read: it is apart from
 * that, however the two are spelled and whatever links lead to them.
 *
 * @param name what messages call it
 * @param path where it really is
 * @param configuration finds file systems
 */
public record WrittenFolder(String name, Path path, Configuration configuration) {
  /**
   * Finds out where a folder is; it need not be there.
   *
   * @param name what messages call it
   * @param folder of any Hadoop file system
   * @throws InvarException when its file system cannot be reached
   */
  public static WrittenFolder of(String name, String folder, Configuration configuration) {
    try {
      return new WrittenFolder(name, RealPath.of(new Path(folder), configuration), configuration);
    } catch (IOException | IllegalArgumentException e) {
      throw new InvarException(name + ": cannot be used: " + e + ".", e);
    }
  }

  /**
   * Refuses a folder that is, or holds, or lies in what is read.
   *
   * @param read paths and patterns
   */
  public void requireApart(List<String> read) {
    for (String one : read) {
      for (Path place : places(one)) {
        if (RealPath.isIn(path, place)) {
          throw wrong(place);
        }
      }
    }
    requireHoldsNone(read);
  }

  /** Refuses a folder that is, or holds, what is read; to lie in it does no harm. */
  public void requireHoldsNone(List<String> read) {
    for (String one : read) {
      for (Path place : places(one)) {
        if (RealPath.isIn(place, path)) {
          throw wrong(place);
        }
      }
    }
  }

  private InvarException wrong(Path place) {
    return InvarException.of(
        name,
        "a folder apart from " + place + ", which is read",
        path.toString(),
        "Nothing was deleted: name another.");
  }

  /** Where what is read is; none of another file system, or where it cannot be told. */
  private List<Path> places(String read) {
    List<Path> places = new ArrayList<>();
    try {
      Path pattern = new Path(read);
      FileSystem fileSystem = pattern.getFileSystem(configuration);
      if (!Objects.equals(fileSystem.getUri().getScheme(), path.toUri().getScheme())) {
        return places;
      }
      if (fileSystem.exists(pattern)) {
        return List.of(RealPath.of(pattern, configuration));
      }
      FileStatus[] found = fileSystem.globStatus(pattern);
      for (FileStatus one : found == null ? new FileStatus[0] : found) {
        places.add(RealPath.of(one.getPath(), configuration));
      }
    } catch (IOException | RuntimeException e) {
      // Whoever opens it will say what is wrong with it.
      return places;
    }
    return places;
  }
}
