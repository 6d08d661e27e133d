package org.invar.source;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;

/** The handwritten digits that come with Invar: a line has 64 pixels and the label. */
final class DigitsFile {
  private static final int PIXELS = 64;

  private DigitsFile() {}

  static Input open(SparkSession spark) {
    InputStream file =
        Objects.requireNonNull(
            DigitsFile.class.getResourceAsStream("digits.csv.gz"), "digits.csv.gz in the jar");
    try (var lines =
        new BufferedReader(
            new InputStreamReader(new GZIPInputStream(file), StandardCharsets.US_ASCII))) {
      List<String> all = lines.lines().toList();
      List<Row> rows = IntStream.range(0, all.size()).mapToObj(i -> row(i, all.get(i))).toList();
      return IdxFiles.pictures("digits", spark.createDataFrame(rows, IdxFiles.SCHEMA), 8, 8, 1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Row row(int index, String line) {
    String[] fields = line.split(",", -1);
    byte[] pixels = new byte[PIXELS];
    for (int i = 0; i < PIXELS; i++) {
      pixels[i] = Byte.parseByte(fields[i]);
    }
    return RowFactory.create(index, Integer.valueOf(fields[PIXELS]), pixels);
  }
}
