package org.invar.storage;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.ChecksumFileSystem;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.security.AccessControlException;

/** The few file system operations that storage is built on. */
public final class RunFiles {
  private RunFiles() {}

  /**
   * Returns the path's file system, a local one without Hadoop's {@code .crc} files.
   *
   * <p>Those files come second, so a kill leaves data with a wrong checksum that nobody can read,
   * and they keep up to 512 bytes of a flushed line back. Our SHA-256 covers more than they do.
   *
   * <p>Local files become as private as the process's umask says.
   */
  public static FileSystem fileSystem(Path path, Configuration configuration) throws IOException {
    FileSystem fileSystem = path.getFileSystem(configuration);
    if (!(fileSystem instanceof ChecksumFileSystem checked)) {
      return fileSystem;
    }
    Umask.keepTo(checked.getConf());
    return checked.getRawFileSystem();
  }

  /** Returns the names in a directory, in order; none when it does not exist. */
  public static List<String> names(FileSystem fileSystem, Path directory) throws IOException {
    try {
      return Arrays.stream(fileSystem.listStatus(directory))
          .map(status -> status.getPath().getName())
          .sorted()
          .toList();
    } catch (FileNotFoundException e) {
      return List.of();
    }
  }

  /** Returns a small file's bytes. */
  public static byte[] read(FileSystem fileSystem, Path file) throws IOException {
    try (FSDataInputStream in = fileSystem.open(file)) {
      return in.readAllBytes();
    } catch (FSError e) {
      throw failure(file, "read", e);
    }
  }

  /** Writes a small file, in place of one that may be there. */
  public static void overwrite(FileSystem fileSystem, Path file, byte[] bytes) throws IOException {
    try (FSDataOutputStream out = fileSystem.create(file, true)) {
      out.write(bytes);
    } catch (FSError e) {
      throw failure(file, "written", e);
    }
  }

  /**
   * Returns as a failure what Hadoop's local file system throws as an error: a disk that is full or
   * broken.
   *
   * @param what could not be done, for example {@code written}
   */
  public static IOException failure(Path file, String what, FSError error) {
    return new IOException(file + ": could not be " + what + ": " + error.getMessage(), error);
  }

  /**
   * Throws a failure on again that says nothing about the file: an interrupt, a missing permission.
   * Whatever else a read fails with counts as damage.
   */
  public static void rethrowUnlessDamage(IOException failure) throws IOException {
    if (interrupted(failure) || failure instanceof AccessControlException) {
      throw failure;
    }
  }

  /** Returns whether the thread was interrupted, and nothing is wrong with the file. */
  static boolean interrupted(IOException failure) {
    return failure instanceof InterruptedIOException
        || failure instanceof ClosedByInterruptException;
  }
}
