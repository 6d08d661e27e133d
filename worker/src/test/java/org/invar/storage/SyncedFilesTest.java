package org.invar.storage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.StreamCapabilities;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A local file is on the disk when hsync returns, as Hadoop's own are. */
class SyncedFilesTest {
  @TempDir private Path folder;

  @Test
  void whatIsSyncedIsInTheFile() throws IOException {
    Path local = folder.resolve("deep/journal");
    var file = new org.apache.hadoop.fs.Path(local.toUri());
    FileSystem fileSystem = RunFiles.fileSystem(file, new Configuration());
    try (FSDataOutputStream out = RunFiles.create(fileSystem, file, false)) {
      assertTrue(out.hasCapability(StreamCapabilities.HSYNC), "hsync would be a flush");
      out.write(7);
      assertEquals(0, Files.size(local), "not buffered");
      out.hsync();
      assertEquals(1, Files.size(local));
    }
    assertThrows(
        FileAlreadyExistsException.class, () -> RunFiles.create(fileSystem, file, false).close());
    assertArrayEquals(new byte[] {7}, Files.readAllBytes(local));
  }
}
