package org.invar.checkpoint;

import java.io.FileNotFoundException;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.ChecksumException;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsPermission;

/**
 * The local file system in the hands of a process that is killed: at its k-th change it fails, and
 * from then on it refuses everything.
 *
 * <p>{@code dying:/path} is {@code file:/path}. Static, because Hadoop makes the instances. Public,
 * for the same reason.
 */
public final class DyingFileSystem extends WatchedFileSystem {
  /** What the last change still does. */
  enum Death {
    BEFORE_THE_CHANGE,
    HALFWAY,
    AFTER_THE_CHANGE
  }

  private static Death death = Death.BEFORE_THE_CHANGE;
  private static int changesLeft = Integer.MAX_VALUE;
  private static boolean dead;
  private static long room;
  private static boolean readOnly;
  private static String rejected = "";
  private static String interrupted = "";

  /** Returns a configuration that finds this file system, alive for {@code changes} changes. */
  static Configuration configuration(int changes, Death how) {
    death = how;
    changesLeft = changes;
    dead = false;
    room = Long.MAX_VALUE;
    readOnly = false;
    rejected = "";
    interrupted = "";
    Configuration configuration = new Configuration(CheckpointFixture.CONFIGURATION);
    configuration.set("fs.dying.impl", DyingFileSystem.class.getName());
    configuration.setBoolean("fs.dying.impl.disable.cache", true);
    return configuration;
  }

  /** Lets a file fail the file system's own checksum, as HDFS does with a damaged block. */
  static void reject(String name) {
    rejected = name;
  }

  /** Leaves the disk room for so many bytes. */
  public static void room(long bytes) {
    room = bytes;
  }

  /** Lets no file be created. */
  public static void readOnly() {
    readOnly = true;
  }

  /** Lets the reading of a file be interrupted. */
  static void interrupt(String name) {
    interrupted = name;
  }

  /** Returns whether it has died. */
  static boolean died() {
    return dead;
  }

  /** Returns a configuration that finds this file system, in good health. */
  public static Configuration healthy() {
    return configuration(Integer.MAX_VALUE, Death.BEFORE_THE_CHANGE);
  }

  static Path path(java.nio.file.Path path) {
    return new Path("dying:" + path);
  }

  /** Made by Hadoop. */
  public DyingFileSystem() {
    super("dying");
  }

  @Override
  protected FSDataOutputStream create(Path file, Creation creation) throws IOException {
    if (readOnly) {
      throw new FileNotFoundException(file + " (Permission denied)");
    }
    return change(() -> new FSDataOutputStream(new DyingStream(creation.create()), null));
  }

  @Override
  public boolean delete(Path path, boolean recursive) throws IOException {
    return change(() -> super.delete(path, recursive));
  }

  /** Does nothing, where Hadoop would start a process for each file that it creates. */
  @Override
  public void setPermission(Path path, FsPermission permission) {}

  @Override
  public boolean rename(Path from, Path to) throws IOException {
    throw new UnsupportedOperationException("nothing is ever renamed");
  }

  @Override
  public FSDataInputStream open(Path file, int bufferSize) throws IOException {
    alive();
    if (file.getName().equals(rejected)) {
      throw new ChecksumException("Checksum error: " + file, 0);
    }
    if (file.getName().equals(interrupted)) {
      throw new InterruptedIOException("interrupted");
    }
    return super.open(file, bufferSize);
  }

  @Override
  public FileStatus[] listStatus(Path path) throws IOException {
    alive();
    return super.listStatus(path);
  }

  @Override
  public FileStatus getFileStatus(Path path) throws IOException {
    alive();
    return super.getFileStatus(path);
  }

  private interface Change<T> {
    T make() throws IOException;
  }

  private static <T> T change(Change<T> change) throws IOException {
    alive();
    if (changesLeft-- > 0) {
      return change.make();
    }
    dead = true;
    if (death == Death.AFTER_THE_CHANGE) {
      change.make();
    }
    throw new IOException("killed");
  }

  private static void alive() throws IOException {
    if (dead) {
      throw new IOException("dead");
    }
  }

  /** Nothing is buffered, so that what was written before a kill is there, as a kernel keeps it. */
  private static final class DyingStream extends FilterOutputStream {
    DyingStream(OutputStream out) {
      super(out);
    }

    @Override
    public void write(int value) throws IOException {
      write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int count) throws IOException {
      if (room < count) {
        throw new IOException("No space left on device");
      }
      room -= count;
      boolean halfway = changesLeft == 0 && death == Death.HALFWAY && !dead;
      if (halfway) {
        out.write(bytes, offset, count / 2);
        out.flush();
      }
      change(
          () -> {
            out.write(bytes, offset, count);
            out.flush();
            return null;
          });
    }

    @Override
    public void close() throws IOException {
      try {
        change(() -> null);
      } finally {
        out.close();
      }
    }
  }
}
