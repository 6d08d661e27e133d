package org.invar.source;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.invar.InvarException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An output that is, holds or lies in an input, whatever the two are called. */
class OutputHoldsInputTest {
  @TempDir private Path folder;

  @BeforeEach
  void files() throws IOException {
    Files.createDirectories(folder.resolve("data/deep"));
    Files.writeString(folder.resolve("data/deep/x[1].csv"), "a,y\n1,0\n");
    Files.createSymbolicLink(folder.resolve("link"), folder.resolve("data"));
    Files.createSymbolicLink(folder.resolve("second"), Path.of("link/deep"));
    Files.createSymbolicLink(folder.resolve("file.csv"), folder.resolve("data/deep/x[1].csv"));
  }

  private WrittenFolder written(String out) {
    return WrittenFolder.of("--out", out.replace("~", folder.toString()), new Configuration());
  }

  private List<String> read(String path) {
    return List.of(path.replace("~", folder.toString()));
  }

  private void refused(String out, String read) {
    var e = assertThrows(InvarException.class, () -> written(out).requireApart(read(read)));
    assertTrue(e.getMessage().startsWith("--out: expected a folder apart from file:"), out);
    assertTrue(e.getMessage().contains("Nothing was deleted"), e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "~",
        "~/data",
        "~/link",
        "~/second",
        "~/data/deep/",
        "file:~/data",
        "file://~/link/deep",
        "~/data/../data",
        "~/link/./deep",
        "~/data/deep/new/run",
        "~/second/run",
        "~/file.csv"
      })
  void inAnySpellingAndThroughAnyLink(String out) {
    refused(out, "~/data/deep");
    refused(out, "file:~/second");
    refused(out, "~/lin[k]/de*");
  }

  @Test
  void aFileThatIsReadIsHeldByWhatIsAboveIt() {
    for (String out : List.of("~/data", "~/second", "~/data/deep/x[1].csv", "~/file.csv")) {
      refused(out, "~/data/deep/x[1].csv");
      refused(out, "~/file.csv");
    }
    assertDoesNotThrow(() -> written("~/data/run").requireApart(read("~/file.csv")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"~/data/other", "~/data/deep2", "~/run", "~/link/x", "~/data/dee"})
  void neighboursAreApart(String out) {
    assertDoesNotThrow(() -> written(out).requireApart(read("~/data/deep")));
    assertDoesNotThrow(() -> written(out).requireApart(read("~/missing")));
    assertDoesNotThrow(() -> written(out).requireApart(List.of("s3a://bucket/" + folder)));
  }

  @Test
  void toLieInWhatIsReadIsFineWhereItDoesNoHarm() {
    assertDoesNotThrow(() -> written("~/link/run").requireHoldsNone(read("~/data")));
    assertThrows(
        InvarException.class, () -> written("~/link").requireHoldsNone(read("~/data/deep")));
  }

  @Test
  void allPathsOfSourcesCount() {
    var table = new DataSource.Table("csv", "a", Map.of("Path", "b", "sep", ";"));
    assertTrue(table.paths().containsAll(List.of("a", "b")) && table.paths().size() == 2);
    assertTrue(new DataSource.Idx("a", "b").paths().equals(List.of("a", "b")));
    assertTrue(new DataSource.Digits().paths().isEmpty());
  }
}
