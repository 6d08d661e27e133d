package org.invar.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.DoubleNode;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.invar.InvarException;
import org.invar.storage.RunFiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The journal: there at once, whole lines alone, and one file a process. */
class JournalTest {
  private static final Journal.Entry BEGUN =
      new Journal.Entry(3, 0, Map.of("train.l2", DoubleNode.valueOf(0.25)), null);

  private static final Journal.Entry ENDED =
      new Journal.Entry(
          3,
          0,
          Map.of(),
          new PartResult(
              true,
              List.of(0.1, Double.NaN),
              List.of(Map.of("devLoss", 0.1), Map.of("devLoss", Double.NaN)),
              Map.of("devLoss", 0.1),
              17,
              0.5,
              "1",
              null));

  @TempDir private java.nio.file.Path folder;

  private Path directory() {
    return new Path(folder.toString());
  }

  private FileSystem files() throws Exception {
    return RunFiles.fileSystem(directory(), new Configuration());
  }

  @Test
  void aLineIsThereWhenAppendReturns() throws Exception {
    try (Journal journal = Journal.open(files(), directory())) {
      journal.append(BEGUN);
      journal.append(ENDED);
      assertEquals(2, Files.readAllLines(folder.resolve("journal-0000.jsonl")).size());
      assertEquals(List.of(BEGUN, ENDED), Journal.read(files(), directory()));
    }
  }

  @Test
  void aLineThatAKillCutShortWasNotWritten() throws Exception {
    try (Journal journal = Journal.open(files(), directory())) {
      journal.append(BEGUN);
    }
    java.nio.file.Path file = folder.resolve("journal-0000.jsonl");
    Files.writeString(file, Files.readString(file) + "{\"trial\":3,\"sta");
    try (Journal journal = Journal.open(files(), directory())) {
      journal.append(ENDED);
    }
    assertTrue(Files.exists(folder.resolve("journal-0001.jsonl")));
    assertEquals(List.of(BEGUN, ENDED), Journal.read(files(), directory()));
  }

  @Test
  void aDamagedLineIsRefusedWithItsPlace() throws Exception {
    Files.writeString(folder.resolve("journal-0000.jsonl"), "{\"trial\":3,\n");
    FileSystem files = files();
    String message =
        assertThrows(InvarException.class, () -> Journal.read(files, directory())).getMessage();
    assertTrue(message.contains("journal-0000.jsonl:1"), message);
  }
}
