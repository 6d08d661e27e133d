package org.invar.storage;

import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.ChecksumFileSystem;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.security.AccessControlException;

/** The few file system operations that storage is built on. */
public final class RunFiles {
  /** The most that is read of a file that is held in memory as a whole. */
  private static final int MOST_BYTES = 256 << 20;

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

  /**
   * Returns a small file's bytes.
   *
   * @throws DamagedFileException when it is none of its folder's, or too large
   */
  public static byte[] read(FileSystem fileSystem, Path file) throws IOException {
    requireInside(fileSystem, file);
    long length = fileSystem.getFileStatus(file).getLen();
    if (length > MOST_BYTES) {
      throw new DamagedFileException(
          file.toString(), "at most " + MOST_BYTES + " bytes", length + " bytes");
    }
    try (FSDataInputStream in = fileSystem.open(file)) {
      return in.readNBytes(MOST_BYTES);
    } catch (FSError e) {
      throw failure(file, "read", e);
    }
  }

  /**
   * Creates a file, and the folders that it stands in.
   *
   * <p>Hadoop runs {@code chmod} for every local file and folder that it makes, which takes longer
   * than to write most files; where the process's umask does as well, nothing is run.
   *
   * @param overwrite whether one that exists is replaced; otherwise it is an error
   */
  public static FSDataOutputStream create(FileSystem fileSystem, Path file, boolean overwrite)
      throws IOException {
    if (fileSystem.getClass() == RawLocalFileSystem.class && Umask.suffices(fileSystem.getConf())) {
      File local = ((RawLocalFileSystem) fileSystem).pathToFile(file);
      if (createNew(local.toPath())) {
        return new FSDataOutputStream(new LocalOutput(local), null);
      }
    }
    return fileSystem.create(file, overwrite);
  }

  /** Creates an empty file; false where one is there, or where Hadoop is to say why it fails. */
  private static boolean createNew(java.nio.file.Path file) {
    try {
      java.nio.file.Path parent = file.getParent();
      if (parent != null && !Files.isDirectory(parent)) {
        Files.createDirectories(parent);
      }
      Files.createFile(file);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Writes a small file, in place of one that may be there. */
  public static void overwrite(FileSystem fileSystem, Path file, byte[] bytes) throws IOException {
    requireInside(fileSystem, file);
    try (FSDataOutputStream out = create(fileSystem, file, true)) {
      out.write(bytes);
    } catch (FSError e) {
      throw failure(file, "written", e);
    }
  }

  /**
   * Refuses a local file or folder that is a link to somewhere outside of the folder it stands in,
   * and what is neither: whoever made the folder may have meant another's files, or a pipe.
   *
   * @throws DamagedFileException saying where the link leads
   */
  public static void requireInside(FileSystem fileSystem, Path file) throws IOException {
    if (!"file".equals(fileSystem.getUri().getScheme())) {
      return;
    }
    var local = java.nio.file.Path.of(file.toUri().getPath());
    java.nio.file.Path parent = local.getParent();
    if (parent == null || !Files.exists(local)) {
      return;
    }
    java.nio.file.Path real;
    boolean other;
    try {
      real = local.toRealPath();
      other = Files.readAttributes(real, BasicFileAttributes.class).isOther();
    } catch (NoSuchFileException e) {
      return; // It has just been deleted.
    }
    if (!real.startsWith(parent.toRealPath())) {
      throw new DamagedFileException(
          file.toString(), "a file or folder of its own", "a link to " + real);
    }
    if (other) {
      throw new DamagedFileException(file.toString(), "a file or folder", "a device or a pipe");
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
