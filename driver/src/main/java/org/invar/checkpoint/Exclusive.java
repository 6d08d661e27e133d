package org.invar.checkpoint;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSDataOutputStreamBuilder;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options.CreateFileOptionKeys;
import org.apache.hadoop.fs.Path;
import org.invar.storage.RunFiles;

/** How a file system creates a file for one of several processes that try. */
enum Exclusive {
  /** This machine's, or NFS: Java's own call; Hadoop's asks first, and opens then. */
  LOCAL,
  /** HDFS: its name node lets one create a file. */
  NAMED,
  /** An object store with conditional writes, S3 for one: the first that is closed counts. */
  CONDITIONAL,
  /** Any other: Hadoop may ask first, and create then. */
  ASKED;

  static Exclusive of(FileSystem fileSystem, Path directory) {
    String scheme = fileSystem.getUri().getScheme();
    if ("file".equals(scheme)) {
      return LOCAL;
    }
    if ("hdfs".equals(scheme)) {
      return NAMED;
    }
    try {
      boolean conditional =
          fileSystem.hasPathCapability(
              directory, CreateFileOptionKeys.FS_OPTION_CREATE_CONDITIONAL_OVERWRITE);
      return conditional ? CONDITIONAL : ASKED;
    } catch (IOException e) {
      return ASKED;
    }
  }

  /**
   * Creates a small file and closes it.
   *
   * @return false when there is one already
   * @throws IOException when it could not be written; then there is none, as far as that is
   *     possible
   */
  boolean create(FileSystem fileSystem, Path file, byte[] bytes) throws IOException {
    boolean created = false;
    try (OutputStream out = open(fileSystem, file)) {
      created = this != CONDITIONAL;
      out.write(bytes);
    } catch (FileAlreadyExistsException e) {
      return false;
    } catch (IOException | FSError e) {
      if (created) {
        fileSystem.delete(file, false);
      } else if (isThere(fileSystem, file)) {
        // A store may have answered too late to be heard, and be asked once more.
        return Arrays.equals(bytes, RunFiles.read(fileSystem, file));
      }
      throw e instanceof FSError error ? RunFiles.failure(file, "written", error) : (IOException) e;
    }
    return true;
  }

  private OutputStream open(FileSystem fileSystem, Path file) throws IOException {
    return switch (this) {
      case LOCAL -> {
        var local = java.nio.file.Path.of(file.toUri().getPath());
        java.nio.file.Path parent = local.getParent();
        if (parent != null) {
          Files.createDirectories(parent);
        }
        yield Files.newOutputStream(local, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      }
      case CONDITIONAL -> conditional(fileSystem, file);
      case NAMED, ASKED -> RunFiles.create(fileSystem, file, false);
    };
  }

  private static FSDataOutputStream conditional(FileSystem fileSystem, Path path)
      throws IOException {
    FSDataOutputStreamBuilder<?, ?> file = fileSystem.createFile(path);
    file.create();
    file.recursive();
    file.must(CreateFileOptionKeys.FS_OPTION_CREATE_CONDITIONAL_OVERWRITE, true);
    return file.build();
  }

  private static boolean isThere(FileSystem fileSystem, Path file) throws IOException {
    try {
      fileSystem.getFileStatus(file);
      return true;
    } catch (FileNotFoundException e) {
      return false;
    }
  }
}
