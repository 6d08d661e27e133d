package org.invar.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.invar.InvarException;
import org.invar.source.DataSource;
import org.invar.source.Feature;
import org.invar.source.Input;
import org.invar.source.Preprocessing;
import org.invar.tensor.Size;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The rows that a command gives to a trained model. */
final class SourceOptions {
  static final String IDX = "idx";

  private static final String IMAGES = "images";
  private static final String DIGITS = "digits";

  @Option(
      names = "--input",
      paramLabel = "PATH",
      description = "The rows: a file, a folder or a pattern, on any Hadoop file system.")
  private @Nullable String input;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description =
          "csv, parquet, json, orc, libsvm or another of Spark's; images (a folder of pictures, sized"
              + " as the model wants them), idx, or digits, which come with Invar (default: by the"
              + " ending of PATH).")
  private @Nullable String format;

  @Option(
      names = "--option",
      paramLabel = "KEY=VALUE",
      description =
          "An option of Spark's for the format, for example sep=; (CSV has header=true unless told"
              + " otherwise).")
  private final Map<String, String> options = new LinkedHashMap<>();

  @Option(
      names = "--images",
      paramLabel = "FILE",
      description = "An IDX file of images, gzipped or not, in place of --input.")
  private @Nullable String images;

  @Option(
      names = "--labels",
      paramLabel = "FILE",
      description = "The IDX file of their labels; needed to evaluate.")
  private @Nullable String labels;

  SourceOptions() {}

  /** Returns whether any of the options was used. */
  boolean given() {
    return input != null
        || format != null
        || !options.isEmpty()
        || images != null
        || labels != null;
  }

  /** Returns the paths that are read. */
  List<String> paths() {
    return Stream.of(input, images, labels).filter(path -> path != null).toList();
  }

  /**
   * Opens the rows.
   *
   * @param model what they are for
   * @param labeled whether they need labels
   * @throws InvarException when options are missing, or do not go together, or nothing is there
   */
  Input open(SparkSession spark, Preprocessing model, boolean labeled) {
    String kind = kind();
    requireNone(kind.equals(IDX) ? null : images, "--images", kind);
    requireNone(kind.equals(IDX) ? null : labels, "--labels", kind);
    if (!List.of(IDX, IMAGES, DIGITS).contains(kind)) {
      return Input.open(spark, table(kind, model));
    }
    requireNone(options.isEmpty() ? null : options.toString(), "--option", kind);
    return switch (kind) {
      case IDX -> idx(spark, labeled);
      case IMAGES -> Input.open(spark, pictures(needed(input), model));
      default -> {
        requireNone(input, "--input", kind);
        yield Input.open(spark, new DataSource.Digits());
      }
    };
  }

  /** The format; Spark's are left as they were spelled. */
  private String kind() {
    if (format == null && images != null) {
      return IDX;
    }
    String kind = PathFormat.of("--format", format, format != null ? "" : needed(input));
    String small = kind.toLowerCase(Locale.ROOT);
    return List.of(IDX, IMAGES, DIGITS).contains(small) ? small : kind;
  }

  private static String needed(@Nullable String input) {
    if (input == null) {
      throw InvarException.of(
          "--input",
          "the path of the rows",
          "nothing",
          "Name it, or --images for an IDX file, or --format digits, or Spark's --option.");
    }
    return input;
  }

  private static void requireNone(@Nullable String value, String option, String kind) {
    if (value != null) {
      throw InvarException.of(
          option, "nothing with format " + kind, value, "Leave it out, or name another --format.");
    }
  }

  private Input idx(SparkSession spark, boolean labeled) {
    if (images != null) {
      requireNone(input, "--input", "idx and --images");
    }
    String file = images == null ? needed(input) : images;
    if (labels != null) {
      return Input.open(spark, new DataSource.Idx(file, labels));
    }
    if (labeled) {
      throw InvarException.of(
          "--labels", "the IDX file of labels of " + file, "nothing", "Name it.");
    }
    return Input.unlabeledIdx(spark, file);
  }

  private static DataSource pictures(String path, Preprocessing model) {
    Feature pixels = model.features().get(0);
    if (pixels.kind() != Feature.Kind.IMAGE) {
      throw InvarException.of(
          path,
          "rows with what the model was trained on, "
              + model.features().stream().map(Feature::column).toList(),
          "pictures",
          "Name rows of that kind, or a model that was trained on format images.");
    }
    List<Integer> size = pixels.dimensions();
    return new DataSource.Images(path, new Size(size.get(0), size.get(1)), size.get(2));
  }

  private DataSource table(String kind, Preprocessing model) {
    // What has no path, such as jdbc, has options.
    String path = options.isEmpty() ? needed(input) : input;
    return new DataSource.Table(kind, path, options).readAs(model.reading());
  }
}
