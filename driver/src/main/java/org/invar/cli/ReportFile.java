package org.invar.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import org.invar.InvarException;
import org.invar.storage.Json;

/** A file of {@code --json}, which takes the place of an earlier report and of nothing else. */
final class ReportFile {
  /** Reads what is there. */
  @FunctionalInterface
  interface Reader {
    byte[] read() throws IOException;
  }

  private ReportFile() {}

  /**
   * Refuses to write over a file that is no report, before any work is done.
   *
   * @param place the option and the file, for messages
   * @param reader reads the file that is there
   * @param fields what every report of the command has
   */
  static void requireOwn(String place, Reader reader, List<String> fields) {
    if (!isOwn(reader, fields)) {
      throw InvarException.of(
          place,
          "a new file, or an earlier report, which has " + String.join(", ", fields),
          "another file",
          "Nothing was overwritten: name another, or delete this one yourself.");
    }
  }

  private static boolean isOwn(Reader reader, List<String> fields) {
    try {
      byte[] bytes = reader.read();
      if (bytes.length == 0) {
        return true; // There is nothing to lose.
      }
      JsonNode report = Json.MAPPER.readTree(bytes);
      return report != null && report.isObject() && fields.stream().allMatch(report::has);
    } catch (IOException e) {
      return false; // No JSON, or what cannot be read.
    }
  }
}
