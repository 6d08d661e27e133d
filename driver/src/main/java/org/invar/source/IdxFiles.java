package org.invar.source;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
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
import org.invar.worker.Shipped;

/**
 * The IDX format of Y. LeCun's MNIST page: two zero bytes, the type (8 for unsigned bytes), the
 * number of dimensions, the dimensions as big-endian ints, then the values.
 */
final class IdxFiles {
  static final StructType SCHEMA =
      new StructType()
          .add("index", DataTypes.IntegerType, false)
          .add("label", DataTypes.IntegerType, false)
          .add("features", DataTypes.BinaryType, false);

  private static final int UNSIGNED_BYTES = 8;
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

  /** Opens the two files and checks that both are whole, reading gzipped ones through. */
  static Input open(SparkSession spark, DataSource.Idx source) {
    Input.requirePath(spark, source.images(), "an IDX file of images");
    Input.requirePath(spark, source.labels(), "an IDX file of labels");
    Configuration hadoop = spark.sparkContext().hadoopConfiguration();
    Header images = checked(source.images(), hadoop);
    Header labels = checked(source.labels(), hadoop);
    if (labels.dimensions().size() != 1) {
      throw InvarException.of(
          source.labels(), "labels: one dimension", "dimensions " + labels.dimensions(), REMEDY);
    }
    if (labels.rows() != images.rows()) {
      throw InvarException.of(
          source.labels(),
          images.rows() + " labels, one for each image of " + source.images(),
          labels.rows() + " labels",
          "Name the labels that belong to these images.");
    }
    List<Integer> shape = images.dimensions().subList(1, images.dimensions().size());
    int[] dimensions = shape.stream().mapToInt(Integer::intValue).toArray();
    if (dimensions.length == 2) {
      dimensions = new int[] {dimensions[0], dimensions[1], 1};
    }
    return pictures(source.images(), rows(spark, source, images, labels), dimensions);
  }

  /** Returns the input of rows that have {@link #SCHEMA}. */
  static Input pictures(String name, Dataset<Row> rows, int... dimensions) {
    List<Integer> shape = Arrays.stream(dimensions).boxed().toList();
    return new Input(
        name, rows, new Feature("features", Feature.Kind.BYTES, shape, List.of()), false);
  }

  private static Header checked(String path, Configuration hadoop) {
    try (InputStream raw = raw(path, hadoop)) {
      Header header = header(path, raw);
      long expected = (long) header.rows() * header.width();
      long found;
      if (header.gzipped()) {
        try (InputStream in = values(path, header, 0, hadoop)) {
          found = in.transferTo(OutputStream.nullOutputStream());
        }
      } else {
        Path file = new Path(path);
        found = file.getFileSystem(hadoop).getFileStatus(file).getLen() - header.bytes();
      }
      if (found != expected) {
        throw InvarException.of(
            path,
            expected + " bytes of values for dimensions " + header.dimensions(),
            found + " bytes",
            REMEDY);
      }
      return header;
    } catch (IOException e) {
      throw new InvarException(
          path + ": expected a whole IDX file, but reading it failed: " + e + ". " + REMEDY, e);
    }
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
   * @param labels the label of each
   */
  @SuppressWarnings("ArrayRecordComponent")
  private record Part(int from, byte[] labels) implements Serializable {}

  private static Dataset<Row> rows(
      SparkSession spark, DataSource.Idx source, Header images, Header labels) {
    var context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    // A gzipped file can only be read from its start.
    int parts =
        images.gzipped() ? 1 : Math.max(1, Math.min(images.rows(), context.defaultParallelism()));
    byte[] ids = ids(source.labels(), labels, context.hadoopConfiguration());
    List<Shipped<Part>> ranges = new ArrayList<>();
    for (int part = 0; part < parts; part++) {
      Shards.Range range = Shards.range(Math.max(1, ids.length), parts, part);
      int to = Math.min(range.to(), ids.length);
      ranges.add(Shipped.of(new Part(range.from(), Arrays.copyOfRange(ids, range.from(), to))));
    }
    var hadoop = new SerializableConfiguration(context.hadoopConfiguration());
    String path = source.images();
    JavaRDD<Row> rows =
        context
            .parallelize(ranges, parts)
            .flatMap(part -> read(path, images, part.value(), hadoop.value()));
    return spark.createDataFrame(rows, SCHEMA);
  }

  private static byte[] ids(String path, Header header, Configuration hadoop) {
    try (InputStream in = values(path, header, 0, hadoop)) {
      return in.readNBytes(header.rows());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Iterator<Row> read(String path, Header header, Part part, Configuration hadoop)
      throws IOException {
    InputStream in = values(path, header, part.from(), hadoop);
    TaskContext.get().addTaskCompletionListener((TaskCompletionListener) task -> close(in));
    return IntStream.range(0, part.labels().length)
        .mapToObj(i -> row(in, header.width(), part.from() + i, part.labels()[i] & 0xFF))
        .iterator();
  }

  private static Row row(InputStream in, int width, int index, int label) {
    try {
      return RowFactory.create(index, label, in.readNBytes(width));
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
