package org.invar.train;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;
import org.invar.checkpoint.WatchedFileSystem;

/**
 * The local file system as {@code held:/path}, on which no slice of a checkpoint is begun before a
 * test allows it: so the test finds a gang at work. Public, because Hadoop makes the instances.
 */
public final class HeldFiles extends WatchedFileSystem {
  /** The key of the file whose creation allows it. */
  static final String FLAG = "fs.held.flag";

  /** Made by Hadoop. */
  public HeldFiles() {
    super("held");
  }

  @Override
  protected FSDataOutputStream create(Path file, Creation creation) throws IOException {
    while (file.getName().endsWith(".safetensors") && !Files.exists(flag())) {
      try {
        Thread.sleep(20);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted");
      }
    }
    return creation.create();
  }
}
