package org.invar.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.sql.SparkSession;
import org.invar.source.LocalSpark;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nothing that stands in data, in names of columns or of files commands a terminal. */
class TerminalEscapesTest {
  private static final String ESCAPE = "\u001b[2J\u001b]0;owned\u0007";
  private static SparkSession spark;

  @TempDir private Path folder;

  @BeforeAll
  static void start() {
    spark = LocalSpark.start(2);
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private Cli train(String csv, String more) throws IOException {
    Path table = folder.resolve("t" + ESCAPE + ".csv");
    Files.writeString(table, csv);
    Path job = folder.resolve("job.yaml");
    Files.writeString(
        job,
        """
        name: case
        data: {train: {format: csv, path: "%s/t*.csv"}, label: y%s}
        model: {layers: [dense: 2]}
        loss: softmaxCrossEntropy
        train: {epochs: 1, batchSize: 4, optimizer: adam, schedule: {constant: 0.01}}
        """
            .formatted(folder, more));
    return Cli.run("train", job, "--out", folder.resolve("run"), "--overwrite");
  }

  private static void assertSpelled(Cli said, String part) {
    String all = said.out() + said.err();
    assertFalse(all.chars().anyMatch(c -> c < ' ' && c != '\n'), all);
    assertTrue(all.contains(part), all);
  }

  @Test
  void valuesColumnsAndFilesAreShownSpelledOut() throws IOException {
    String spelled = "\\u001b[2J\\u001b]0;owned\\u0007";
    assertSpelled(train("a,y\n1,0\n2,1\n," + 1 + "\n", ""), "t" + spelled + ".csv");
    assertSpelled(train("a,y\n1," + ESCAPE + "\n2,b\n3,c\n", ""), spelled);
    assertSpelled(train("a" + ESCAPE + ",y\n1,0\n2,x\n", ", features: [a]"), "a" + spelled);
  }

  @Test
  void argumentsThatAShellMadeOfNamesOfFilesToo() {
    Cli wrong = Cli.run("train", "job.yaml", "b" + ESCAPE);
    assertEquals(2, wrong.code());
    assertSpelled(wrong, "\\u001b[2J");
    assertSpelled(Cli.run("train", "--help"), "Trains the network of a job.");
  }

  @Test
  void streamsSpellOutWhateverPrintsToThem() {
    var bytes = new ByteArrayOutputStream();
    var plain = new PlainStream(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    plain.print("é" + ESCAPE);
    plain.printf("%s%n", ESCAPE);
    plain.println((Object) ESCAPE);
    plain.append(ESCAPE).print('\u001b');
    var writer = new PrintWriter(plain, true, StandardCharsets.UTF_8);
    writer.println(ESCAPE + "×".repeat(20_000));
    String text = bytes.toString(StandardCharsets.UTF_8);
    assertFalse(text.chars().anyMatch(c -> c < ' ' && c != '\n'), text);
    assertEquals(11, text.split("\\\\u001b", -1).length - 1);
    assertTrue(text.startsWith("é") && text.contains("×".repeat(20_000)), "letters stay");
  }
}
