package org.invar.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class StoredFileTest {
  @TempDir private java.nio.file.Path folder;

  private Path directory;
  private FileSystem fileSystem;

  @BeforeEach
  void open() throws IOException {
    directory = new Path(folder.toUri());
    fileSystem = RunFiles.fileSystem(directory, new Configuration());
  }

  @Test
  void lengthAndHashAreThoseOfTheBytes() throws IOException {
    byte[] bytes = {0, 1, 2, -1};

    StoredFile file =
        StoredFile.write(fileSystem, new Path(directory, "x"), false, out -> out.write(bytes));

    // printf '\\000\\001\\002\\377' | sha256sum
    assertEquals(
        new StoredFile("x", 4, "3d1f57c984978ef98a18378c8166c1cb8ede02c03eeb6aee7e2f121dfeee3e56"),
        file);
    assertEquals(file, Json.bind(file.toJson(), StoredFile.class, "x"));
    file.verify(fileSystem, directory);
  }

  /** Hadoop's local file system throws an Error there, which would pass every handler. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void aFullDiskIsAFailureThatNamesTheFile() throws IOException {
    for (int bytes : new int[] {1, 100_000}) {
      java.nio.file.Path link = folder.resolve("full");
      Files.createSymbolicLink(link, java.nio.file.Path.of("/dev/full"));

      var e =
          assertThrows(
              IOException.class,
              () ->
                  StoredFile.write(
                      fileSystem,
                      new Path(directory, "full"),
                      true,
                      out -> out.write(new byte[bytes])));

      assertTrue(e.getMessage().contains(folder + "/full: could not be written"), e.getMessage());
      assertTrue(e.getMessage().contains("No space left on device"), e.getMessage());
      assertFalse(Files.exists(link, LinkOption.NOFOLLOW_LINKS), "the beginning is deleted");
    }
  }

  @Test
  void aDirectoryThatCannotBeMadeIsAFailureThatNamesTheFile() throws IOException {
    Files.createFile(folder.resolve("file"));
    Path file = new Path(directory, "file/inside/x");

    var e =
        assertThrows(
            IOException.class,
            () -> StoredFile.write(fileSystem, file, false, out -> out.write(1)));

    assertTrue(e.getMessage().contains("/file/inside/x: could not be written"), e.getMessage());
  }
}
