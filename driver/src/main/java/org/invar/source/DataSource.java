package org.invar.source;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where rows come from. */
public sealed interface DataSource {
  /**
   * A pair of IDX files, gzipped or not.
   *
   * @param images the path of the images
   * @param labels the path of the labels
   */
  record Idx(String images, String labels) implements DataSource {}

  /**
   * A folder with a folder of images for each class.
   *
   * @param path the outer folder
   * @param size what every image is scaled to
   * @param channels 1 for grey, 3 for colour
   */
  record Images(String path, Size size, int channels) implements DataSource {}

  /** The 1,797 handwritten digits that come with Invar. */
  record Digits() implements DataSource {}

  /**
   * A table in any format that Spark reads.
   *
   * @param format the data source's name, such as parquet or csv
   * @param path where it is; null where the options say it
   * @param options the data source's own
   */
  record Table(String format, @Nullable String path, Map<String, String> options)
      implements DataSource {
    /** Keeps the order of the options. */
    public Table {
      options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
    }

    /** Returns a table without path and options. */
    public static Table of(String format) {
      return new Table(format, null, Map.of());
    }
  }

  /**
   * The size of an image in pixels.
   *
   * @param height at least 1
   * @param width at least 1
   */
  record Size(int height, int width) {
    /** Refuses sizes below 1. */
    public Size {
      if (height < 1 || width < 1) {
        throw new IllegalArgumentException(
            "expected a size of at least 1×1, found " + height + "×" + width);
      }
    }
  }
}
