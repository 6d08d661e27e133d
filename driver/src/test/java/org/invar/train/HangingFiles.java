package org.invar.train;

import java.io.IOException;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;
import org.invar.checkpoint.WatchedFileSystem;

/**
 * The local file system as {@code hanging:/path}, on which the first slice of a checkpoint is never
 * complete. Public, because Hadoop makes the instances.
 */
public final class HangingFiles extends WatchedFileSystem {
  /** The key of the file that whoever hangs creates. */
  static final String FLAG = "fs.hanging.flag";

  /** Made by Hadoop. */
  public HangingFiles() {
    super("hanging");
  }

  @Override
  protected FSDataOutputStream create(Path file, Creation creation) throws IOException {
    if (file.getName().endsWith(".safetensors")) {
      Hang.once(flag());
    }
    return creation.create();
  }
}
