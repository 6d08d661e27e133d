package org.invar.source;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF2;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.SerializableConfiguration;
import org.invar.InvarException;
import org.invar.source.files.LeftOut;
import org.invar.source.files.Listing;
import org.invar.source.picture.PictureHeader;
import org.jspecify.annotations.Nullable;

/**
 * The pictures in a folder. Spark's own source of files drops some without a word, so the files are
 * listed here: those with the ending of a picture are read, whatever else lies there is counted.
 */
final class PictureFiles {
  /** The most bytes of a picture's file: as many as the largest picture has without compression. */
  private static final long MOST_BYTES = 4 * PictureHeader.MOST_PIXELS;

  /** What a file is to be that was not read, for messages. */
  static final String EXPECTED = "a picture file of at most " + MOST_BYTES / 1_000_000 + " MB";

  private static final String ENDINGS = ".png, .jpg, .gif and .bmp";
  private static final String LEFT_OUT =
      "Pictures are read from files that end with "
          + ENDINGS
          + "; convert those that are to count.";
  private static final Set<String> READ = Set.of("png", "jpg", "jpeg", "jpe", "jfif", "gif", "bmp");
  private static final StructType SCHEMA =
      new StructType()
          .add("path", DataTypes.StringType, false)
          .add("label", DataTypes.StringType, false)
          .add("bytes", DataTypes.LongType, false);

  /** What a task has to do, beside the pixels of a file, to open it: Spark counts it as bytes. */
  private static final long BYTES_OF_OPENING = 4 << 20;

  private static final long BYTES_OF_TASK = 128 << 20;

  private PictureFiles() {}

  /** Opens a folder, or what a pattern matches, and lists its files. */
  static Input open(SparkSession spark, DataSource.Images images) {
    String name = images.path();
    Input.requirePath(spark, name, "a folder of pictures");
    List<FileStatus> pictures = new ArrayList<>();
    LeftOut others = new LeftOut();
    for (FileStatus file : Listing.files(spark, name)) {
      if (isRead(file.getPath())) {
        pictures.add(file);
      } else {
        others.add(file.getPath());
      }
    }
    if (pictures.isEmpty()) {
      throw InvarException.of(
          name,
          "pictures, in files that end with " + ENDINGS,
          others.isEmpty() ? "none" : "other files alone, the first " + others.first(),
          "Name another folder, or convert them.");
    }
    List<Integer> dimensions =
        List.of(images.size().height(), images.size().width(), images.channels());
    var pixels = Feature.pixels("content", Feature.Kind.IMAGE, dimensions);
    return new Input(name, rows(spark, pictures), pixels, true, others.notes(name, LEFT_OUT));
  }

  private static boolean isRead(Path file) {
    return READ.contains(LeftOut.ending(file));
  }

  private static Dataset<Row> rows(SparkSession spark, List<FileStatus> pictures) {
    var context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    pictures.sort(Comparator.comparing(file -> file.getPath().toString()));
    List<Row> files = new ArrayList<>();
    long bytes = 0;
    for (FileStatus file : pictures) {
      Path path = file.getPath();
      files.add(RowFactory.create(path.toString(), folder(path), file.getLen()));
      bytes += file.getLen() + BYTES_OF_OPENING;
    }
    long tasks = Math.max(context.defaultParallelism(), bytes / BYTES_OF_TASK);
    var content =
        functions.udf(
            new Content(new SerializableConfiguration(context.hadoopConfiguration())),
            DataTypes.BinaryType);
    Dataset<Row> listed =
        spark.createDataFrame(
            context.parallelize(files, (int) Math.min(files.size(), tasks)), SCHEMA);
    return listed.select(
        listed.col("path"),
        listed.col("label"),
        content.apply(listed.col("path"), listed.col("bytes")).as("content"));
  }

  private static String folder(Path file) {
    Path folder = file.getParent();
    return folder == null ? "" : folder.getName();
  }

  /** Reads a file whole; null stands for one that is too large. */
  private record Content(SerializableConfiguration hadoop)
      implements UDF2<String, Long, byte @Nullable []> {
    @Override
    public byte @Nullable [] call(String path, Long bytes) throws IOException {
      if (bytes > MOST_BYTES) {
        return null;
      }
      Path file = new Path(path);
      try (InputStream in = file.getFileSystem(hadoop.value()).open(file)) {
        return in.readNBytes(Math.toIntExact(bytes));
      }
    }
  }

  /** Refuses a folder that has pictures beside those of its classes' folders. */
  static void requireClassFolders(SparkSession spark, String name) {
    try {
      Path root = new Path(name);
      FileSystem system = root.getFileSystem(spark.sparkContext().hadoopConfiguration());
      // A pattern has no root: what it matches may well be the classes' folders.
      if (!system.exists(root) || !system.getFileStatus(root).isDirectory()) {
        return;
      }
      for (FileStatus file : system.listStatus(root)) {
        Path path = file.getPath();
        if (file.isFile() && !Listing.isHidden(path) && isRead(path)) {
          throw InvarException.of(
              name,
              "pictures in folders that are named after their classes",
              path.getName() + " in none",
              "Move it to the folder of its class, or name the folder above.");
        }
      }
    } catch (IOException e) {
      throw new InvarException(
          name + ": expected a folder of pictures, but it cannot be read: " + e.getMessage(), e);
    }
  }
}
