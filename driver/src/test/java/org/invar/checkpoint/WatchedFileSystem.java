package org.invar.checkpoint;

import java.io.IOException;
import java.net.URI;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;

/**
 * The local file system under another name, {@code scheme:/path}, that sees every file that is
 * created.
 */
public abstract class WatchedFileSystem extends RawLocalFileSystem {
  private final String scheme;

  protected WatchedFileSystem(String scheme) {
    this.scheme = scheme;
  }

  /** Creates a file. */
  protected interface Creation {
    FSDataOutputStream create() throws IOException;
  }

  /** Creates a file, or does what a test wants instead. */
  protected abstract FSDataOutputStream create(Path file, Creation creation) throws IOException;

  /** Returns the file that the setting {@code fs.SCHEME.flag} names. */
  protected final java.nio.file.Path flag() {
    return java.nio.file.Path.of(getConf().get("fs." + scheme + ".flag"));
  }

  @Override
  public final URI getUri() {
    return URI.create(scheme + ":///");
  }

  @Override
  public final String getScheme() {
    return scheme;
  }

  @Override
  public final FSDataOutputStream create(
      Path file,
      boolean overwrite,
      int bufferSize,
      short replication,
      long blockSize,
      Progressable progress)
      throws IOException {
    return create(
        file, () -> super.create(file, overwrite, bufferSize, replication, blockSize, progress));
  }

  @Override
  public final FSDataOutputStream create(
      Path file,
      FsPermission permission,
      boolean overwrite,
      int bufferSize,
      short replication,
      long blockSize,
      Progressable progress)
      throws IOException {
    return create(
        file,
        () ->
            super.create(
                file, permission, overwrite, bufferSize, replication, blockSize, progress));
  }
}
