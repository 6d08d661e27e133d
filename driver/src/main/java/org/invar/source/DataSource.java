package org.invar.source;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.invar.tensor.Size;
import org.jspecify.annotations.Nullable;

/** Where rows come from. Paths are any that Hadoop can read. */
public sealed interface DataSource
    permits DataSource.Idx, DataSource.Images, DataSource.Digits, DataSource.Table {
  /**
   * Returns the source read as a model's training source was, where its own options do not say it.
   *
   * @param reading the model's options, of LibSVM alone
   */
  default DataSource readAs(Map<String, String> reading) {
    if (!(this instanceof Table table) || !table.format().equalsIgnoreCase("libsvm")) {
      return this;
    }
    Map<String, String> options = new LinkedHashMap<>(reading);
    options
        .keySet()
        .removeIf(key -> table.options().keySet().stream().anyMatch(key::equalsIgnoreCase));
    options.putAll(table.options());
    return new Table(table.format(), table.path(), options);
  }

  /** Returns the paths and patterns that are read. */
  default List<String> paths() {
    if (this instanceof Idx idx) {
      return List.of(idx.images(), idx.labels());
    }
    if (this instanceof Images images) {
      return List.of(images.path());
    }
    if (this instanceof Table table) {
      List<String> paths = new ArrayList<>();
      if (table.path() != null) {
        paths.add(table.path());
      }
      table.options().entrySet().stream()
          .filter(option -> option.getKey().equalsIgnoreCase("path"))
          .forEach(option -> paths.add(option.getValue()));
      return paths;
    }
    return List.of();
  }

  /**
   * The IDX files of MNIST and its successors, unsigned bytes, gzipped or not.
   *
   * @param images a file of (rows), (rows, height, width) or (rows, height, width, channels)
   * @param labels a file of (rows): class ids
   */
  record Idx(String images, String labels) implements DataSource {}

  /**
   * A folder of pictures; a picture's class is the name of the folder that it lies in.
   *
   * @param path the folder; its folders are searched to any depth
   * @param size what every picture is resized to, bilinearly
   * @param channels 1 for gray, 3 for red, green and blue
   */
  record Images(String path, Size size, int channels) implements DataSource {
    /** Refuses other numbers of channels. */
    public Images {
      if (channels != 1 && channels != 3) {
        throw new IllegalArgumentException("channels=" + channels + " is neither 1 nor 3");
      }
    }

    /** Returns a folder of color pictures. */
    public static Images of(String path, Size size) {
      return new Images(path, size, 3);
    }
  }

  /** The 1,797 handwritten digits of 8×8 pixels, 0..16, that come with Invar. */
  record Digits() implements DataSource {}

  /**
   * Anything that Spark's {@code read().format(…)} can read.
   *
   * @param format Spark's name of the format: parquet, csv, json, orc, libsvm, jdbc, …
   * @param path the file or folder, or null for formats without
   * @param options Spark's options of the format; CSV has {@code header} on unless they say
   *     otherwise
   */
  record Table(String format, @Nullable String path, Map<String, String> options)
      implements DataSource {
    /** Copies the options, in their order. */
    public Table {
      options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
    }

    /** Returns a source without path and options. */
    public static Table of(String format) {
      return new Table(format, null, Map.of());
    }
  }
}
