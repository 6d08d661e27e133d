package org.invar.source.files;

import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.GlobFilter;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.compress.CompressionCodecFactory;
import org.invar.InvarException;
import org.jspecify.annotations.Nullable;

/**
 * The files of a source, in the order of their paths.
 *
 * <p>Folders are searched to any depth. What is hidden or written beside data by Spark is none of a
 * source; everything else is, {@code _b.csv} too. Where some files have an ending of the format,
 * those without are left out, and counted.
 *
 * @param files those that are read
 * @param partitions the names of the partition columns, from folders {@code name=value}
 * @param notes what the user should know of files that are left out, a sentence each
 */
public record SourceFiles(List<SourceFile> files, List<String> partitions, List<String> notes) {
  private static final String NO_VALUE = "__HIVE_DEFAULT_PARTITION__";
  private static final String REMEDY =
      "Put files with other partition columns elsewhere, or set recursiveFileLookup: true, which"
          + " takes folders for nothing but folders.";

  /**
   * Finds the files.
   *
   * @param path a file, a folder or a pattern
   * @param endings of the format, in small letters
   * @param lookup whether folders {@code name=value} are columns, and which names are wanted
   * @param hadoop finds the file system
   * @throws InvarException when there is none, or they cannot be listed
   */
  public static SourceFiles of(
      String path, List<String> endings, Lookup lookup, Configuration hadoop) {
    var codecs = new CompressionCodecFactory(hadoop);
    List<Listing.Found> wanted =
        Listing.found(path, hadoop).stream()
            .filter(file -> !isBookkeeping(file) && lookup.wants(file.status()))
            .toList();
    boolean some = wanted.stream().anyMatch(file -> ends(file, endings, codecs));
    List<Listing.Found> read = new ArrayList<>();
    var others = new LeftOut();
    for (Listing.Found file : wanted) {
      if (some && !ends(file, endings, codecs)) {
        others.add(file.status().getPath());
      } else if (file.status().getLen() > 0) {
        read.add(file);
      }
    }
    if (read.isEmpty()) {
      throw InvarException.of(
          path,
          "at least one file with something in it",
          wanted.isEmpty() ? "none" : "empty ones alone",
          "Correct the path, or the pattern of pathGlobFilter.");
    }
    List<String> notes =
        others.notes(
            path, "Where files end with ." + String.join(" or .", endings) + ", those are read.");
    return partitioned(read, notes, lookup.partitions());
  }

  private static boolean isBookkeeping(Listing.Found file) {
    return LeftOut.isBookkeeping(file.status().getPath().getName())
        || file.folders().stream().anyMatch(LeftOut::isBookkeeping);
  }

  /**
   * Which files are wanted.
   *
   * @param partitions whether folders {@code name=value} are columns
   * @param names a pattern of file names, or null for all
   */
  public record Lookup(boolean partitions, @Nullable String names) {
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
      List<Listing.Found> read, List<String> notes, boolean columns) {
    List<String> names = List.of();
    List<SourceFile> files = new ArrayList<>();
    for (Listing.Found file : read) {
      String path = file.status().getPath().toString();
      Map<String, @Nullable String> values = columns ? partition(file.folders()) : Map.of();
      List<String> found = List.copyOf(values.keySet());
      names = files.isEmpty() ? found : names;
      if (!names.equals(found)) {
        throw InvarException.of(
            SourceFile.shown(path),
            "the partition columns " + names + ", as " + files.get(0).shown() + " has",
            found.toString(),
            REMEDY);
      }
      files.add(new SourceFile(path, file.status().getLen(), new ArrayList<>(values.values())));
    }
    return new SourceFiles(files, names, notes);
  }

  private static Map<String, @Nullable String> partition(List<String> folders) {
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

  private static boolean ends(
      Listing.Found file, List<String> endings, CompressionCodecFactory codecs) {
    Path path = file.status().getPath();
    boolean compressed = codecs.getCodec(path) != null;
    String name = path.getName();
    return endings.contains(
        LeftOut.ending(
            compressed ? new Path("/" + name.substring(0, name.lastIndexOf('.'))) : path));
  }

  private static String decoded(String name) {
    try {
      return URLDecoder.decode(name.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return name; // A percent sign that stands for itself.
    }
  }
}
