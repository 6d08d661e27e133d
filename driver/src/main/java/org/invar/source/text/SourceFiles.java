package org.invar.source.text;

import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.GlobFilter;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.hadoop.io.compress.CompressionCodecFactory;
import org.invar.InvarException;
import org.jspecify.annotations.Nullable;

/**
 * The files of a source, in the order of their paths.
 *
 * <p>Folders are searched to any depth. Names that begin with a dot, and those that Spark writes
 * beside its files, are none of a source; everything else is, {@code _b.csv} too. Where some files
 * have an ending of the format, those without are left out, and counted.
 *
 * @param files those that are read
 * @param partitions the names of the partition columns, from folders {@code name=value}
 * @param leftOut the paths of those that are not read, though nothing says that they are hidden
 */
public record SourceFiles(List<SourceFile> files, List<String> partitions, List<String> leftOut) {
  private static final int SHOWN = 5;
  private static final String NO_VALUE = "__HIVE_DEFAULT_PARTITION__";
  private static final String REMEDY =
      "Put files with other partition columns elsewhere, or set recursiveFileLookup: true, which"
          + " takes folders for nothing but folders.";

  /** A file that was found: its path and what the folders between its root and it are called. */
  private record Found(FileStatus file, List<String> folders) {
    Map<String, @Nullable String> partition() {
      Map<String, @Nullable String> values = new LinkedHashMap<>();
      for (String folder : folders) {
        int equals = folder.indexOf('=');
        if (equals > 0) {
          String value = decoded(folder.substring(equals + 1));
          values.put(decoded(folder.substring(0, equals)), value.equals(NO_VALUE) ? null : value);
        }
      }
      return values;
    }

    String path() {
      return file.getPath().toString();
    }
  }

  /**
   * Finds the files.
   *
   * @param path a file, a folder or a pattern
   * @param endings of the format, in small letters
   * @param lookup whether folders {@code name=value} are columns, and which names are wanted
   * @param hadoop finds the file system
   * @throws InvarException when there is none, or they cannot be listed
   */
  static SourceFiles of(String path, List<String> endings, Lookup lookup, Configuration hadoop) {
    List<Found> found;
    try {
      found = found(new Path(path), hadoop);
    } catch (IOException | IllegalArgumentException e) {
      throw new InvarException(
          path + ": expected files, but they cannot be listed: " + e.getMessage() + ".", e);
    }
    List<Found> wanted = found.stream().filter(file -> lookup.wants(file.file())).toList();
    var codecs = new CompressionCodecFactory(hadoop);
    boolean some = wanted.stream().anyMatch(file -> ends(file.file(), endings, codecs));
    List<Found> read = new ArrayList<>();
    List<String> leftOut = new ArrayList<>();
    for (Found file : wanted) {
      if (file.file().getLen() == 0) {
        leftOut.add(SourceFile.shown(file.path()) + " (empty)");
      } else if (some && !ends(file.file(), endings, codecs)) {
        leftOut.add(SourceFile.shown(file.path()));
      } else {
        read.add(file);
      }
    }
    if (read.isEmpty()) {
      throw InvarException.of(
          path,
          "at least one file with something in it",
          leftOut.isEmpty() ? "none" : String.join(", ", leftOut),
          "Correct the path, or the pattern of pathGlobFilter.");
    }
    return partitioned(path, read, leftOut, lookup.partitions());
  }

  /**
   * Which files are wanted.
   *
   * @param partitions whether folders {@code name=value} are columns
   * @param names a pattern of file names, or null for all
   */
  record Lookup(boolean partitions, @Nullable String names) {
    boolean wants(FileStatus file) {
      if (names == null) {
        return true;
      }
      try {
        return new GlobFilter(names).accept(file.getPath());
      } catch (IOException e) {
        throw new InvarException("option pathGlobFilter " + names + ": no pattern: " + e, e);
      }
    }
  }

  private static SourceFiles partitioned(
      String path, List<Found> read, List<String> leftOut, boolean columns) {
    List<String> names = columns ? List.copyOf(read.get(0).partition().keySet()) : List.of();
    List<SourceFile> files = new ArrayList<>();
    for (Found file : read) {
      Map<String, @Nullable String> values = columns ? file.partition() : Map.of();
      if (!names.equals(List.copyOf(values.keySet()))) {
        throw InvarException.of(
            SourceFile.shown(file.path()),
            "the partition columns "
                + names
                + ", as "
                + SourceFile.shown(read.get(0).path())
                + " has",
            values.keySet().toString(),
            REMEDY);
      }
      files.add(
          new SourceFile(file.path(), file.file().getLen(), new ArrayList<>(values.values())));
    }
    if (files.isEmpty()) {
      throw new IllegalStateException(path + " without files");
    }
    return new SourceFiles(files, names, leftOut);
  }

  private static List<Found> found(Path pattern, Configuration hadoop) throws IOException {
    FileSystem system = pattern.getFileSystem(hadoop);
    // A name that somebody wrote out is meant, whatever it begins with.
    boolean named = system.exists(pattern);
    FileStatus[] roots =
        named ? new FileStatus[] {system.getFileStatus(pattern)} : system.globStatus(pattern);
    List<Found> found = new ArrayList<>();
    for (FileStatus root : roots == null ? new FileStatus[0] : roots) {
      if (!named && isHidden(root.getPath().getName())) {
        continue;
      }
      if (root.isFile()) {
        found.add(new Found(root, List.of()));
      } else {
        addAll(system, root.getPath(), found);
      }
    }
    found.sort(Comparator.comparing(Found::path));
    return found;
  }

  private static void addAll(FileSystem system, Path root, List<Found> found) throws IOException {
    String prefix = root.toUri().getPath();
    RemoteIterator<LocatedFileStatus> all = system.listFiles(root, true);
    while (all.hasNext()) {
      FileStatus file = all.next();
      String below = file.getPath().toUri().getPath().substring(prefix.length());
      List<String> names =
          Arrays.stream(below.split("/", -1)).filter(name -> !name.isEmpty()).toList();
      if (names.stream().noneMatch(SourceFiles::isHidden)) {
        found.add(new Found(file, names.subList(0, names.size() - 1)));
      }
    }
  }

  /** Returns what the user should know of the files: how many are left out, and their names. */
  public List<String> notes(String path) {
    if (leftOut.isEmpty()) {
      return List.of();
    }
    String names = String.join(", ", leftOut.subList(0, Math.min(SHOWN, leftOut.size())));
    return List.of(
        "%s: %,d %s left out: %s%s."
            .formatted(
                path,
                leftOut.size(),
                leftOut.size() == 1 ? "file was" : "files were",
                names,
                leftOut.size() > SHOWN ? ", …" : ""));
  }

  /** Returns whether a file or folder of that name is none that a person put there to be read. */
  public static boolean isHidden(String name) {
    return name.startsWith(".")
        || List.of("_SUCCESS", "_metadata", "_common_metadata", "_temporary").contains(name)
        || name.startsWith("_started")
        || name.startsWith("_committed");
  }

  private static boolean ends(
      FileStatus file, List<String> endings, CompressionCodecFactory codecs) {
    String name = file.getPath().getName();
    if (codecs.getCodec(file.getPath()) != null) {
      name = name.substring(0, Math.max(0, name.lastIndexOf('.')));
    }
    String small = name.toLowerCase(Locale.ROOT);
    return endings.stream().anyMatch(ending -> small.endsWith("." + ending));
  }

  private static String decoded(String name) {
    try {
      return URLDecoder.decode(name.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return name; // A percent sign that stands for itself.
    }
  }
}
