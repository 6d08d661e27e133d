package org.invar.train;

import java.io.IOException;
import java.net.URI;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;

/**
 * The local file system under another name, {@code hanging:/path}, on which the first slice of a
 * checkpoint is never complete. Public, because Hadoop makes the instances.
 */
public final class HangingFiles extends RawLocalFileSystem {
  /** The key of the file that whoever hangs creates. */
  static final String FLAG = "fs.hanging.flag";

  private java.nio.file.Path flag = java.nio.file.Path.of("");

  @Override
  public void initialize(URI name, Configuration configuration) throws IOException {
    super.initialize(name, configuration);
    flag = java.nio.file.Path.of(configuration.get(FLAG));
  }

  @Override
  public URI getUri() {
    return URI.create("hanging:///");
  }

  @Override
  public String getScheme() {
    return "hanging";
  }

  @Override
  public FSDataOutputStream create(
      Path file,
      boolean overwrite,
      int bufferSize,
      short replication,
      long blockSize,
      Progressable progress)
      throws IOException {
    hang(file);
    return super.create(file, overwrite, bufferSize, replication, blockSize, progress);
  }

  @Override
  public FSDataOutputStream create(
      Path file,
      FsPermission permission,
      boolean overwrite,
      int bufferSize,
      short replication,
      long blockSize,
      Progressable progress)
      throws IOException {
    hang(file);
    return super.create(file, permission, overwrite, bufferSize, replication, blockSize, progress);
  }

  private void hang(Path file) {
    if (file.getName().endsWith(".safetensors")) {
      Hang.once(flag);
    }
  }
}
