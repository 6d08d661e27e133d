package org.invar.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.CommonConfigurationKeys;
import org.apache.hadoop.fs.permission.FsPermission;

/**
 * What this process lets nobody do with its new files. Hadoop does not ask: it sets permissions
 * explicitly, by its configuration.
 */
final class Umask {
  private static final int OF_PROCESS = ofProcess();

  private Umask() {}

  /** Makes a configuration of local files at least as strict as the process's umask. */
  static void keepTo(Configuration configuration) {
    int configured = FsPermission.getUMask(configuration).toShort();
    if ((configured | OF_PROCESS) != configured) {
      configuration.set(
          CommonConfigurationKeys.FS_PERMISSIONS_UMASK_KEY,
          "0" + Integer.toOctalString(configured | OF_PROCESS));
    }
  }

  /** Returns whether files of this process are as private as a configuration wants them. */
  static boolean suffices(Configuration configuration) {
    return FsPermission.getUMask(configuration).toShort() == OF_PROCESS;
  }

  /** Looks at what becomes of a file for which all was allowed; 0 where that cannot be known. */
  private static int ofProcess() {
    try {
      Path folder = Files.createTempDirectory("invar-umask");
      try {
        Path file = Files.createFile(folder.resolve("probe"));
        try {
          Set<PosixFilePermission> allowed = Files.getPosixFilePermissions(file);
          int mask = 0;
          for (PosixFilePermission each : PosixFilePermission.values()) {
            boolean execute = each.name().endsWith("EXECUTE");
            mask = mask << 1 | (execute || allowed.contains(each) ? 0 : 1);
          }
          return mask | (mask & 0444) >> 2; // Who may not read a file may not enter a folder.
        } finally {
          Files.delete(file);
        }
      } finally {
        Files.delete(folder);
      }
    } catch (IOException | UnsupportedOperationException e) {
      return 0;
    }
  }
}
