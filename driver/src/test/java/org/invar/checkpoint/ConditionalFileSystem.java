package org.invar.checkpoint;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSDataOutputStreamBuilder;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options.CreateFileOptionKeys;
import org.apache.hadoop.fs.Path;

/**
 * The local file system as an object store with conditional writes: a file appears when it is
 * closed, and only where none is.
 */
public final class ConditionalFileSystem extends WatchedFileSystem {
  /** Returns a configuration that finds it. */
  static Configuration configuration() {
    Configuration configuration = new Configuration(CheckpointFixture.CONFIGURATION);
    configuration.set("fs.conditional.impl", ConditionalFileSystem.class.getName());
    return configuration;
  }

  /** Made by Hadoop. */
  public ConditionalFileSystem() {
    super("conditional");
  }

  @Override
  public boolean hasPathCapability(Path path, String capability) {
    return capability.equals(CreateFileOptionKeys.FS_OPTION_CREATE_CONDITIONAL_OVERWRITE);
  }

  @Override
  protected FSDataOutputStream create(Path file, Creation creation) throws IOException {
    return creation.create();
  }

  @Override
  public FSDataOutputStreamBuilder<?, ?> createFile(Path path) {
    return new Builder(this, path);
  }

  private static final class Builder
      extends FSDataOutputStreamBuilder<FSDataOutputStream, Builder> {
    private final Path file;

    Builder(FileSystem fileSystem, Path path) {
      super(fileSystem, path);
      this.file = path;
    }

    @Override
    public Builder getThisBuilder() {
      return this;
    }

    @Override
    public FSDataOutputStream build() throws IOException {
      boolean conditional =
          getOptions()
              .getBoolean(CreateFileOptionKeys.FS_OPTION_CREATE_CONDITIONAL_OVERWRITE, false);
      if (!conditional) {
        throw new IOException("no condition was given");
      }
      return new FSDataOutputStream(
          new Upload(java.nio.file.Path.of(file.toUri().getPath())), null);
    }
  }

  private static final class Upload extends ByteArrayOutputStream {
    private final java.nio.file.Path file;

    Upload(java.nio.file.Path file) {
      this.file = file;
    }

    @Override
    public void close() throws IOException {
      Files.createDirectories(file.getParent());
      try {
        Files.write(file, toByteArray(), StandardOpenOption.CREATE_NEW);
      } catch (FileAlreadyExistsException e) {
        throw new IOException("412 Precondition Failed"); // A store's own exception, not Java's.
      }
    }
  }
}
