package org.invar.source.text;

import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;
import org.apache.spark.util.TaskCompletionListener;
import org.invar.InvarException;
import org.invar.rows.Shipped;
import org.invar.source.files.SourceFile;
import org.jspecify.annotations.Nullable;

/**
 * The files of a source in parts, each of which a task reads alone. Used by one thread.
 *
 * <p>A file of more than a part's size that is in UTF-8 and not compressed has several. One pass
 * over it finds out in which state of the grammar, and in which line, each of them begins.
 */
final class TextParts {
  /** The size of a part in bytes: what a task reads in about a second. */
  static final int PART_BYTES = 32 << 20;

  private final JavaSparkContext context;
  private final SerializableConfiguration hadoop;
  private final FilePart.Format format;
  private final List<Start> starts;
  private final List<FilePart> parts;

  /**
   * How a file begins.
   *
   * @param first its first record, or null where it has none
   * @param divisible whether tasks may read parts of it
   */
  record Start(@Nullable TextRecord first, boolean divisible) implements Serializable {}

  /** What becomes of a record. */
  @FunctionalInterface
  interface Rows extends Serializable {
    /**
     * Returns the row of a record, or null for none.
     *
     * @param part the part of a file that it is from
     * @param record the record
     * @param first whether it is the file's first
     */
    @Nullable Row row(FilePart part, TextRecord record, boolean first);
  }

  /**
   * Looks at the files' starts, and goes through those that are divided.
   *
   * @param partBytes the most bytes of a part
   */
  TextParts(SparkSession spark, List<SourceFile> files, FilePart.Format format, int partBytes) {
    this.context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    this.hadoop = new SerializableConfiguration(context.hadoopConfiguration());
    this.format = format;
    this.starts = starts(files);
    this.parts = parts(files, partBytes);
  }

  /** Returns how each file begins. */
  List<Start> starts() {
    return starts;
  }

  /** Returns the rows of all files, in order. */
  JavaRDD<Row> rows(Rows rows) {
    FilePart.Format how = format;
    SerializableConfiguration configuration = hadoop;
    return parallel(parts).flatMap(part -> read(part.value(), how, rows, configuration.value()));
  }

  private JavaRDD<Shipped<FilePart>> parallel(List<FilePart> all) {
    List<Shipped<FilePart>> shipped = all.stream().map(Shipped::of).toList();
    long bytes = all.stream().mapToLong(FilePart::bytes).sum();
    long tasks = Math.max(context.defaultParallelism(), bytes / PART_BYTES);
    return context.parallelize(shipped, (int) Math.min(all.size(), tasks));
  }

  private List<Start> starts(List<SourceFile> files) {
    List<FilePart> all = new ArrayList<>();
    files.forEach(file -> all.add(FilePart.whole(all.size(), file)));
    FilePart.Format how = format;
    SerializableConfiguration configuration = hadoop;
    List<Shipped<Start>> found =
        parallel(all)
            .map(file -> Shipped.of(start(file.value(), how, configuration.value())))
            .collect();
    return found.stream().map(Shipped::value).toList();
  }

  private static Start start(FilePart file, FilePart.Format format, Configuration hadoop) {
    try (RecordReader reader = file.open(format, hadoop)) {
      boolean divisible = reader.isUtf8() && file.file().codec(hadoop) == null;
      TextRecord first = reader.next();
      while (first != null && first.isBlank()) {
        first = reader.next();
      }
      return new Start(first, divisible);
    } catch (IOException e) {
      throw unreadable(file, 1, e);
    }
  }

  private List<FilePart> parts(List<SourceFile> files, int partBytes) {
    List<FilePart> all = new ArrayList<>();
    for (int index = 0; index < files.size(); index++) {
      SourceFile file = files.get(index);
      if (file.length() <= partBytes || !starts.get(index).divisible()) {
        all.add(FilePart.whole(index, file));
        continue;
      }
      for (long at = 0; at < file.length(); at += partBytes) {
        long end = Math.min(file.length(), at + partBytes);
        all.add(new FilePart(index, file, new Cut(at, Grammar.START, 1, -1), end));
      }
    }
    return known(all);
  }

  /** Returns the parts with the state and the line that each begins in. */
  private List<FilePart> known(List<FilePart> parts) {
    List<FilePart> divided = parts.stream().filter(part -> !part.isWhole()).toList();
    if (divided.isEmpty()) {
      return parts;
    }
    FilePart.Format how = format;
    SerializableConfiguration configuration = hadoop;
    Iterator<Shipped<Passage>> passages =
        parallel(divided)
            .map(part -> Shipped.of(passage(part.value(), how, configuration.value())))
            .collect()
            .iterator();
    List<FilePart> known = new ArrayList<>();
    Cut cut = Cut.start();
    for (FilePart part : parts) {
      if (part.isWhole()) {
        known.add(part);
        continue;
      }
      cut = part.isFirst() ? Cut.start() : cut;
      known.add(new FilePart(part.index(), part.file(), cut, part.end()));
      cut = passages.next().value().behind(cut, part.end());
    }
    return known;
  }

  private static Passage passage(FilePart part, FilePart.Format format, Configuration hadoop) {
    try {
      return Passage.through(part, format, hadoop);
    } catch (IOException e) {
      throw unreadable(part, 1, e);
    }
  }

  private static Iterator<Row> read(
      FilePart part, FilePart.Format format, Rows rows, Configuration hadoop) {
    RecordReader reader;
    try {
      reader = part.open(format, hadoop);
    } catch (IOException e) {
      throw unreadable(part, 1, e);
    }
    TaskContext.get().addTaskCompletionListener((TaskCompletionListener) task -> close(reader));
    return new Iterator<>() {
      private boolean first = part.isFirst();
      private @Nullable Row next;

      @Override
      public boolean hasNext() {
        try {
          while (next == null) {
            TextRecord record = reader.next();
            if (record == null) {
              reader.close();
              return false;
            }
            requireClosed(part, record);
            next = rows.row(part, record, first);
            first &= record.isBlank();
          }
          return true;
        } catch (IOException e) {
          throw unreadable(part, reader.line(), e);
        }
      }

      @Override
      public Row next() {
        Row row = hasNext() ? next : null;
        next = null;
        if (row == null) {
          throw new NoSuchElementException(part.file().shown());
        }
        return row;
      }
    };
  }

  /** How many rows an open quote has swallowed is not known, so it is not one bad row. */
  private static void requireClosed(FilePart part, TextRecord record) {
    Fault fault = record.fault();
    if (fault != null && record.open()) {
      throw InvarException.of(
          part.file().shown() + ", line " + record.line(),
          fault.expected(),
          fault.found(),
          fault.remedy());
    }
  }

  private static void close(RecordReader reader) {
    try {
      reader.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static InvarException unreadable(FilePart part, long line, IOException cause) {
    return new InvarException(
        "%s, line %d: expected a file that can be read to its end, found %s. Fetch the file again."
            .formatted(part.file().shown(), line, cause),
        cause);
  }
}
