package org.invar.gang;

import java.io.InterruptedIOException;
import java.net.URI;
import java.util.concurrent.Semaphore;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;

/** A storage on which no file is ever complete; an interrupt ends whoever waits for it. */
public final class HangingFileSystem extends RawLocalFileSystem {
  static final String SCHEME = "hanging";

  /** Has a permit for every file that was begun. */
  static final Semaphore BEGUN = new Semaphore(0);

  @Override
  public URI getUri() {
    return URI.create(SCHEME + ":///");
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
      throws InterruptedIOException {
    throw hang();
  }

  @Override
  public FSDataOutputStream create(
      Path file,
      boolean overwrite,
      int bufferSize,
      short replication,
      long blockSize,
      Progressable progress)
      throws InterruptedIOException {
    throw hang();
  }

  private static InterruptedIOException hang() {
    BEGUN.release();
    try {
      Thread.sleep(60_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return new InterruptedIOException("interrupted while it hung");
  }
}
