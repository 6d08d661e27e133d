package org.invar.source.files;

import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.compress.CompressionCodec;
import org.apache.hadoop.io.compress.CompressionCodecFactory;
import org.jspecify.annotations.Nullable;

/**
 * A file of a source.
 *
 * @param path its whole path
 * @param length its bytes
 * @param partition the values of its partition columns, of the folders {@code name=value} that it
 *     lies in
 */
public record SourceFile(String path, long length, List<@Nullable String> partition)
    implements Serializable {
  /** Returns what decompresses the file, by its ending, or null for one that is not compressed. */
  public @Nullable CompressionCodec codec(Configuration hadoop) {
    return new CompressionCodecFactory(hadoop).getCodec(new Path(path));
  }

  /** Opens the file from its start, decompressed. */
  public InputStream open(Configuration hadoop) throws IOException {
    FSDataInputStream raw = raw(hadoop);
    CompressionCodec codec = codec(hadoop);
    return codec == null ? raw : codec.createInputStream(raw);
  }

  /** Opens the file as it lies there, from an offset on. */
  public InputStream openAt(long offset, Configuration hadoop) throws IOException {
    FSDataInputStream raw = raw(hadoop);
    raw.seek(offset);
    return raw;
  }

  private FSDataInputStream raw(Configuration hadoop) throws IOException {
    Path file = new Path(path);
    return file.getFileSystem(hadoop).open(file);
  }

  /** Returns the path as messages show it. */
  public String shown() {
    return shown(path);
  }

  /** Returns a path as messages show it: of local files without the scheme. */
  public static String shown(String path) {
    return path.startsWith("file:/") ? path.replaceFirst("^file:/+", "/") : path;
  }
}
