package org.invar.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Local files are as private as the umask of the process says, whatever Hadoop's default is. */
class PrivateFilesTest {
  @TempDir private Path folder;

  /** Writes as runs do, in a process of its own. */
  static final class Writer {
    private Writer() {}

    public static void main(String[] arguments) throws IOException {
      var path = new org.apache.hadoop.fs.Path(arguments[0], "deep/file");
      var fileSystem = RunFiles.fileSystem(path, new Configuration());
      RunFiles.overwrite(fileSystem, path, new byte[] {1});
      StoredFile.write(fileSystem, path.suffix("2"), false, out -> out.write(2));
      var loose = Path.of(path.suffix("3").toUri().getPath());
      Files.writeString(loose, "whoever made it let all read it");
      Files.setPosixFilePermissions(loose, PosixFilePermissions.fromString("rw-rw-rw-"));
      RunFiles.overwrite(fileSystem, path.suffix("3"), new byte[] {3});
    }
  }

  @Test
  void followTheUmask() throws Exception {
    assumeTrue(FileSystems.getDefault().supportedFileAttributeViews().contains("posix"));
    assertEquals("rwx------ rw------- rw------- rw-------", modes("077", "a"));
    assertEquals("rwxr-x--- rw-r----- rw-r----- rw-r-----", modes("027", "b"));
  }

  private String modes(String umask, String name) throws Exception {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    Path said = folder.resolve(name + ".log");
    Process process =
        new ProcessBuilder(
                "sh",
                "-c",
                "umask " + umask + "; exec \"$@\"",
                "sh",
                java.toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Writer.class.getName(),
                folder.resolve(name).toString())
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start();
    assertEquals(0, process.waitFor(), () -> read(said));
    Path deep = folder.resolve(name).resolve("deep");
    return mode(deep)
        + " "
        + mode(deep.resolve("file"))
        + " "
        + mode(deep.resolve("file2"))
        + " "
        + mode(deep.resolve("file3"));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file, StandardCharsets.UTF_8);
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static String mode(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }
}
