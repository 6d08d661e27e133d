package org.invar.source;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.SerializableConfiguration;
import org.apache.spark.util.TaskCompletionListener;
import org.invar.InvarException;
import org.invar.data.Shards;
import org.invar.rows.Shipped;
import org.jspecify.annotations.Nullable;

/**
 * The IDX format of Y. LeCun's MNIST page: two zero bytes, the type (8 for unsigned bytes), the
 * number of dimensions, the dimensions as big-endian ints, then the values.
 */
final class IdxFiles {
  static final StructType SCHEMA = schema(true);

  private static final int UNSIGNED_BYTES = 8;

  /** Deflate makes no more of a byte than this. */
  private static final long MOST_INFLATION = 1032;

  private static final String REMEDY = "Fetch the file again, or name another.";

  /**
   * The start of an IDX file.
   *
   * @param dimensions rows first
   * @param gzipped whether the file is compressed
   */
  private record Header(List<Integer> dimensions, boolean gzipped) implements Serializable {
    int rows() {
      return dimensions.get(0);
    }

    int width() {
      return dimensions.stream().skip(1).reduce(1, Math::multiplyExact);
    }

    int bytes() {
      return Integer.BYTES * (1 + dimensions.size());
    }
  }

  private IdxFiles() {}

  private static StructType schema(boolean labeled) {
    StructType schema = new StructType().add("index", DataTypes.IntegerType, false);
    return (labeled ? schema.add("label", DataTypes.IntegerType, false) : schema)
        .add("features", DataTypes.BinaryType, false);
  }

  /**
   * Opens the files and checks that they are whole, reading gzipped ones through.
   *
   * @param images the file of images
   * @param labels the file of their labels, or null for images without
   */
  static Input open(SparkSession spark, String images, @Nullable String labels) {
    Input.requirePath(spark, images, "an IDX file of images");
    var context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    Configuration hadoop = context.hadoopConfiguration();
    Header header = checked(images, hadoop);
    byte @Nullable [] ids = labels == null ? null : ids(spark, labels, images, header);
    List<Integer> shape = header.dimensions().subList(1, header.dimensions().size());
    int[] dimensions = shape.stream().mapToInt(Integer::intValue).toArray();
    if (dimensions.length == 2) {
      dimensions = new int[] {dimensions[0], dimensions[1], 1};
    }
    JavaRDD<Row> rows = rows(context, images, header, ids);
    return pictures(images, spark.createDataFrame(rows, schema(ids != null)), dimensions);
  }

  private static byte[] ids(SparkSession spark, String path, String images, Header header) {
    Input.requirePath(spark, path, "an IDX file of labels");
    Configuration hadoop = spark.sparkContext().hadoopConfiguration();
    Header labels = checked(path, hadoop);
    if (labels.dimensions().size() != 1) {
      throw InvarException.of(
          path, "labels: one dimension", "dimensions " + labels.dimensions(), REMEDY);
    }
    if (labels.rows() != header.rows()) {
      throw InvarException.of(
          path,
          header.rows() + " labels, one for each image of " + images,
          labels.rows() + " labels",
          "Name the labels that belong to these images.");
    }
    try (InputStream in = values(path, labels, 0, hadoop)) {
      return in.readNBytes(labels.rows());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the input of rows that have {@link #SCHEMA}. */
  static Input pictures(String name, Dataset<Row> rows, int... dimensions) {
    List<Integer> shape = Arrays.stream(dimensions).boxed().toList();
    return new Input(name, rows, Feature.pixels("features", Feature.Kind.BYTES, shape), false);
  }

  private static Header checked(String path, Configuration hadoop) {
    try (InputStream raw = raw(path, hadoop)) {
      Header header = header(path, raw);
      long expected = (long) header.rows() * header.width();
      Path file = new Path(path);
      long length = file.getFileSystem(hadoop).getFileStatus(file).getLen();
      boolean holds = !header.gzipped() || expected <= MOST_INFLATION * length;
      long found =
          !header.gzipped() ? length - header.bytes() : holds ? inflated(path, header, hadoop) : 0;
      if (found != expected) {
        throw InvarException.of(
            path,
            expected + " bytes of values for dimensions " + header.dimensions(),
            !holds
                ? "a file of %d bytes, which cannot hold them".formatted(length)
                : found > expected && header.gzipped() ? "more" : found + " bytes",
            REMEDY);
      }
      return header;
    } catch (IOException e) {
      throw new InvarException(
          path + ": expected a whole IDX file, but reading it failed: " + e + ". " + REMEDY, e);
    }
  }

  /** Returns how many bytes of values there are, without reading further than the header says. */
  private static long inflated(String path, Header header, Configuration hadoop)
      throws IOException {
    long most = (long) header.rows() * header.width() + 1;
    long found = 0;
    byte[] buffer = new byte[1 << 16];
    try (InputStream in = values(path, header, 0, hadoop)) {
      int read = 0;
      while (read >= 0 && found < most) {
        if (Thread.currentThread().isInterrupted()) {
          throw InvarException.interrupted(new InterruptedException());
        }
        read = in.read(buffer, 0, (int) Math.min(buffer.length, most - found));
        found += Math.max(0, read);
      }
    }
    return found;
  }

  private static Header header(String path, InputStream raw) throws IOException {
    raw.mark(2);
    boolean gzipped = raw.read() == 0x1F && raw.read() == 0x8B;
    raw.reset();
    DataInputStream in = new DataInputStream(gzipped ? new GZIPInputStream(raw) : raw);
    int magic;
    List<Integer> dimensions = new ArrayList<>();
    try {
      magic = in.readInt();
      if (magic >>> 8 != UNSIGNED_BYTES || (magic & 0xFF) == 0 || (magic & 0xFF) > 4) {
        throw InvarException.of(
            path,
            "an IDX file of unsigned bytes, which starts with 00 00 08 and 1 to 4 dimensions",
            String.format("%08x", magic),
            REMEDY);
      }
      for (int i = 0; i < (magic & 0xFF); i++) {
        dimensions.add(in.readInt());
      }
    } catch (EOFException e) {
      throw new InvarException(
          path + ": expected the header of an IDX file, found its end. " + REMEDY, e);
    }
    if (dimensions.get(0) < 0 || dimensions.stream().skip(1).anyMatch(d -> d < 1)) {
      throw InvarException.of(path, "positive dimensions", dimensions.toString(), REMEDY);
    }
    long width = 1;
    for (int dimension : dimensions.subList(1, dimensions.size())) {
      width *= dimension;
      if (width > Integer.MAX_VALUE) {
        throw InvarException.of(
            path,
            "dimensions of at most " + Integer.MAX_VALUE + " values a row",
            dimensions.toString(),
            REMEDY);
      }
    }
    return new Header(dimensions, gzipped);
  }

  private static InputStream raw(String path, Configuration hadoop) throws IOException {
    Path file = new Path(path);
    return new BufferedInputStream(file.getFileSystem(hadoop).open(file), 1 << 16);
  }

  /** The values from a row on. */
  private static InputStream values(String path, Header header, int row, Configuration hadoop)
      throws IOException {
    InputStream raw = raw(path, hadoop);
    InputStream in =
        header.gzipped() ? new BufferedInputStream(new GZIPInputStream(raw, 1 << 16)) : raw;
    in.skipNBytes(header.bytes() + (long) row * header.width());
    return in;
  }

  /**
   * The rows that one task reads.
   *
   * @param from the first row
   * @param to the row behind the last
   * @param labels the label of each, or null
   */
  @SuppressWarnings("ArrayRecordComponent")
  private record Part(int from, int to, byte @Nullable [] labels) implements Serializable {
    Row row(int index, byte[] pixels) {
      return labels == null
          ? RowFactory.create(index, pixels)
          : RowFactory.create(index, labels[index - from] & 0xFF, pixels);
    }
  }

  private static JavaRDD<Row> rows(
      JavaSparkContext context, String path, Header header, byte @Nullable [] ids) {
    // A gzipped file can only be read from its start.
    int parts =
        header.gzipped() ? 1 : Math.max(1, Math.min(header.rows(), context.defaultParallelism()));
    List<Shipped<Part>> ranges = new ArrayList<>();
    for (int part = 0; part < parts; part++) {
      Shards.Range range = Shards.range(Math.max(1, header.rows()), parts, part);
      int to = Math.min(range.to(), header.rows());
      byte[] labels = ids == null ? null : Arrays.copyOfRange(ids, range.from(), to);
      ranges.add(Shipped.of(new Part(range.from(), to, labels)));
    }
    var hadoop = new SerializableConfiguration(context.hadoopConfiguration());
    return context
        .parallelize(ranges, parts)
        .flatMap(part -> read(path, header, part.value(), hadoop.value()));
  }

  private static Iterator<Row> read(String path, Header header, Part part, Configuration hadoop)
      throws IOException {
    InputStream in = values(path, header, part.from(), hadoop);
    TaskContext.get().addTaskCompletionListener((TaskCompletionListener) task -> close(in));
    return IntStream.range(part.from(), part.to())
        .mapToObj(index -> part.row(index, pixels(in, header.width())))
        .iterator();
  }

  private static byte[] pixels(InputStream in, int width) {
    try {
      return in.readNBytes(width);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void close(InputStream in) {
    try {
      in.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
