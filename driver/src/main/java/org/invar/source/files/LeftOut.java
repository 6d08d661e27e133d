package org.invar.source.files;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;

/** Files of a source that are not read: counted by their endings, and the first one named. */
public final class LeftOut {
  private static final int SHOWN_ENDINGS = 6;

  /** What Spark and its companions write beside data; nobody takes it for data. */
  private static final Pattern BOOKKEEPING =
      Pattern.compile(
          "_SUCCESS|_metadata|_common_metadata|_temporary|_delta_log|_spark_metadata"
              + "|_(committed|started)_\\d+");

  private final Map<String, Integer> endings = new TreeMap<>();
  private int count;
  private String first = "";

  /** Returns the files below a path that Spark drops because of an underscore. */
  public static LeftOut ofTable(SparkSession spark, String path) {
    LeftOut dropped = new LeftOut();
    Path root = new Path(path);
    for (FileStatus file : Listing.files(spark, path)) {
      if (isDropped(file.getPath(), root.depth())) {
        dropped.add(file.getPath());
      }
    }
    return dropped;
  }

  /** Returns whether Spark or its like writes files or folders of that name beside data. */
  static boolean isBookkeeping(String name) {
    return BOOKKEEPING.matcher(name).matches();
  }

  private static boolean isDropped(Path file, int depth) {
    boolean dropped = false;
    for (Path at = file; at != null && at.depth() > depth; at = at.getParent()) {
      String name = at.getName();
      if (isBookkeeping(name)) {
        return false;
      }
      dropped |= name.startsWith("_") && !name.contains("="); // Else it is a partition's folder.
    }
    return dropped;
  }

  /** Returns the ending of a file's name, in small letters; empty where it has none. */
  public static String ending(Path file) {
    String name = file.getName();
    int dot = name.lastIndexOf('.');
    return dot < 0 ? "" : name.substring(dot + 1).toLowerCase(Locale.ROOT);
  }

  public void add(Path file) {
    first = count++ == 0 ? file.toString() : first;
    endings.merge(ending(file), 1, Integer::sum);
  }

  public boolean isEmpty() {
    return count == 0;
  }

  /** Returns the path of the first file; empty without one. */
  public String first() {
    return first;
  }

  /**
   * Returns what the user should know: one sentence or two, or nothing where no file is left out.
   *
   * @param source the source's name
   * @param why they are left out and what to do, a full sentence
   */
  public List<String> notes(String source, String why) {
    if (isEmpty()) {
      return List.of();
    }
    String kinds =
        endings.entrySet().stream()
            .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
            .limit(SHOWN_ENDINGS)
            .map(e -> e.getValue() + (e.getKey().isEmpty() ? " without ending" : " ." + e.getKey()))
            .collect(Collectors.joining(", "));
    return List.of(
        source
            + ": "
            + (count == 1 ? "1 file is" : count + " files are")
            + " left out ("
            + kinds
            + (endings.size() > SHOWN_ENDINGS ? ", …" : "")
            + "), the first "
            + first
            + ". "
            + why);
  }
}
