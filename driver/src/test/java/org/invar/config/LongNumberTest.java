package org.invar.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.invar.InvarException;
import org.invar.config.yaml.YamlDocument;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Numbers of more digits than any number has are refused unread, and never shown. */
class LongNumberTest {
  private static final String JOB =
      """
      name: case
      data: {train: {format: digits}}
      model: {layers: [dense: 2]}
      loss: softmaxCrossEntropy
      train: {epochs: EPOCHS, batchSize: 16, optimizer: adam, schedule: {constant: 0.01}}
      """;

  @ParameterizedTest
  @CsvSource({
    "9,1500000,''",
    "1.,1500000,''",
    ".,400,7",
    "1e,400,9",
    "1e-,500,0",
    "-1,401,''",
  })
  void areRefusedAtTheirLine(String start, int digits, String end) {
    String number = start + "9".repeat(digits) + end;
    String message = refused(JOB.replace("EPOCHS", number));
    assertTrue(message.startsWith("job.yaml:5: train.epochs: expected a number of at most 400"));
    assertTrue(message.contains("found one of " + number.length()), message.substring(0, 100));
    assertTrue(message.length() < 300, () -> message.length() + " characters");
  }

  @Test
  void quotedOnesAreTextAndNoNumber() {
    String message = refused(JOB.replace("EPOCHS", '"' + "9".repeat(100_000) + '"'));
    assertTrue(message.contains("train.epochs: expected a whole number"), message);
    assertTrue(message.contains("Remove the quotes"), message);
    assertTrue(message.length() < 300, () -> message.length() + " characters");
  }

  @Test
  void longTextStaysText() {
    String name = "x".repeat(1000);
    assertEquals(name, YamlDocument.parse("name: " + name, "n").root().get("name").textValue());
  }

  @Test
  void aFileThatIsNoJobIsNotRead(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("data.yaml");
    try (var out = Files.newOutputStream(file)) {
      for (int i = 0; i < 13; i++) {
        out.write(new byte[1 << 20]);
      }
    }
    String message = assertThrows(InvarException.class, () -> YamlDocument.read(file)).getMessage();
    assertTrue(message.contains("at most 12582912 bytes, found 13631488 bytes"), message);
  }

  private static String refused(String text) {
    return assertThrows(InvarException.class, () -> Job.parse(text, "job.yaml")).getMessage();
  }
}
