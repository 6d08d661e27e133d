package org.invar.config.yaml;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.invar.InvarException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class YamlDocumentTest {
  private static final Map<String, String> ENVIRONMENT =
      Map.of("DATA", "/data", "EPOCHS", "7", "EMPTY", "");

  private static YamlDocument parse(String text) {
    return YamlDocument.parse(text, "job.yaml", ENVIRONMENT);
  }

  private static JsonNode value(String text) {
    return parse("a: " + text).root().get("a");
  }

  private static String refusal(String text) {
    return assertThrows(InvarException.class, () -> parse(text)).getMessage();
  }

  private static String refusal(String text, String assignment) {
    return assertThrows(InvarException.class, () -> parse(text).with(assignment)).getMessage();
  }

  @ParameterizedTest
  @CsvSource({
    "1e-8, 1e-8",
    "1.0e-8, 1e-8",
    "1E3, 1000",
    "-.5, -0.5",
    "3., 3",
    "+2.5, 2.5",
    ".inf, Infinity"
  })
  void decimalsAreDoubles(String text, double expected) {
    assertTrue(value(text).isDouble(), text);
    assertEquals(expected, value(text).doubleValue());
  }

  @Test
  void wholeNumbersTakeTheNarrowestNode() {
    assertTrue(value("5").isInt());
    assertEquals(-5, value("-5").intValue());
    assertTrue(value("5000000000").isLong());
    assertTrue(value("99999999999999999999").isBigInteger());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "no",
        "off",
        "yes",
        "on",
        "y",
        "1:30",
        "010",
        "0x10",
        "1_000",
        "2026-11-21",
        "'5'",
        "\"true\"",
        "'null'",
        "!!str 5",
        "1.2.3",
        "e5",
        "=",
        "<<"
      })
  void theseAreText(String text) {
    assertTrue(value(text).isTextual(), text);
  }

  @Test
  void booleansAndNullAreWhatTheyLookLike() {
    assertTrue(value("true").booleanValue());
    assertFalse(value("False").booleanValue());
    assertTrue(value("false").isBoolean());
    assertTrue(value("null").isNull());
    assertTrue(value("~").isNull());
    assertTrue(value("").isNull());
    assertTrue(value("!!float 5").isNumber());
  }

  @Test
  void everyValueKnowsItsLine() {
    YamlDocument document =
        parse(
            """
            # a comment

            train:
              epochs: 3
              list: [1,
                2]
            layers:
              - flatten
              - dense:
                  units: 10
            "with.dot": 1
            """);
    assertEquals("job.yaml:4: train.epochs", document.place("train.epochs"));
    assertEquals("job.yaml:6: train.list[1]", document.place("train.list[1]"));
    assertEquals("job.yaml:9: layers[1]", document.place("layers[1]"));
    assertEquals("job.yaml:10: layers[1].dense.units", document.place("layers[1].dense.units"));
    assertEquals("job.yaml:11: [\"with.dot\"]", document.place("[\"with.dot\"]"));
    assertEquals("job.yaml:3: train.batchSize", document.place("train.batchSize"));
  }

  @Test
  void variablesAreReplacedBeforeUnquotedTextGetsAMeaning() {
    assertEquals("/data/x", value("${DATA}/x").textValue());
    assertEquals("/data-/data", value("'${DATA}-${DATA}'").textValue());
    assertEquals(7, value("${EPOCHS}").intValue());
    assertEquals("7", value("'${EPOCHS}'").textValue());
    assertEquals("else/where", value("${MISSING:-else/where}").textValue());
    assertEquals("full", value("${EMPTY:-full}").textValue());
    assertEquals("", value("'${EMPTY}'").textValue());
    assertTrue(value("${MISSING:-}").isNull());
    assertEquals("${DATA}", value("$${DATA}").textValue());
    assertEquals("$5 {x}", value("$5 {x}").textValue());
  }

  @Test
  void missingVariablesAreAllReported() {
    assertEquals(
        "job.yaml:1: a: expected the environment variable NOPE, found none of that name. Set it,"
            + " or write ${NOPE:-default}.\n"
            + "job.yaml:3: b[0]: expected ${NAME} or ${NAME:-default}, found \"${1}\". Write $${"
            + " where no variable is meant.",
        refusal("a: ${NOPE}\nb:\n  - ${1}"));
  }

  @Test
  void duplicateKeysAreRefusedWithBothLines() {
    assertEquals(
        "job.yaml:4: t.a: expected each key once, found it a second time, after line 2. Remove one"
            + " of the two.",
        refusal("t:\n  a: 1\n  b: 1\n  a: 2\n"));
  }

  @Test
  void otherTagsAreRefused() {
    assertEquals(
        "job.yaml:2: b: expected plain YAML, found a value with the tag"
            + " !javax.script.ScriptEngineManager. Remove the tag; maps, lists, text, numbers,"
            + " booleans and null need none.",
        refusal("a: 1\nb: !javax.script.ScriptEngineManager []"));
    assertTrue(refusal("a: !!int x").startsWith("job.yaml:1: a: expected plain YAML"));
    assertTrue(refusal("a: !!set {x}").startsWith("job.yaml:1: a: expected plain YAML"));
    assertTrue(refusal("a: !!timestamp 2026-01-01").contains("timestamp"));
  }

  @Test
  void brokenYamlNamesTheLine() {
    assertTrue(refusal("a: 1\nb: [1, 2\nc: 3").startsWith("job.yaml:3: expected YAML, found "));
    assertTrue(refusal("a: 1\n\tb: 2").startsWith("job.yaml:2: expected YAML, found "));
    assertTrue(refusal("a: b: c").startsWith("job.yaml:1: expected YAML, found "));
    assertTrue(refusal("a: \u0007").startsWith("job.yaml:1: expected YAML, found "));
    assertTrue(refusal("[a]: 1").startsWith("job.yaml:1: expected a key, found a list"));
  }

  @Test
  void severalDocumentsAreRefused() {
    assertTrue(refusal("a: 1\n---\nb: 2").startsWith("job.yaml:2: expected YAML, found "));
  }

  @Test
  void numbersThatNoDoubleHoldsAreRefused() {
    assertEquals(
        "job.yaml:1: a: 1e999 is outside the range of a 64-bit number.", refusal("a: 1e999"));
    assertTrue(refusal("a: 1e-999").contains("outside the range"));
    assertEquals(0, value("0e-999").doubleValue());
  }

  @Test
  void aliasesWorkAndTheirBombsDoNot() {
    assertEquals(parse("a: [1]\nb: [1]").root(), parse("a: &x [1]\nb: *x").root());
    StringBuilder bomb = new StringBuilder("a0: &a0 [x, x]\n");
    for (int i = 1; i < 25; i++) {
      bomb.append("a%d: &a%d [*a%d, *a%d]\n".formatted(i, i, i - 1, i - 1));
    }
    assertTrue(refusal(bomb.toString()).contains("expected at most 100000 values"));
    assertTrue(refusal("a: &a [*a]").contains("An alias (*name) may refer to itself"));
    assertTrue(refusal("[".repeat(2000)).startsWith("job.yaml:1: expected YAML"));
  }

  @Test
  void overridesReplaceAndKnowTheirPlace() {
    YamlDocument document =
        parse("train:\n  epochs: 3\n  rates: [1, {x: 1}]\n")
            .with("train.epochs=1e-8")
            .with("train.rates[1].x", "[5, yes]")
            .with("made.on.the.way={a: 1}")
            .with("options[\"a=b\"]=c=d");
    assertEquals(
        parse(
                """
                train: {epochs: 1e-8, rates: [1, {x: [5, 'yes']}]}
                made: {on: {the: {way: {a: 1}}}}
                options: {"a=b": c=d}
                """)
            .root(),
        document.root());
    assertEquals("--set train.epochs=1e-8: train.epochs", document.place("train.epochs"));
    assertEquals(
        "--set train.rates[1].x=[5, yes]: train.rates[1].x[0]",
        document.place("train.rates[1].x[0]"));
    assertEquals("job.yaml:3: train.rates[0]", document.place("train.rates[0]"));
    assertEquals("--set made.on.the.way={a: 1}: made.on", document.place("made.on"));
    assertEquals("job.yaml:1", document.mark(KeyPath.ROOT).place());
  }

  @Test
  void overridesLeaveTheDocumentAsItWas() {
    YamlDocument document = parse("a: {b: [1]}");
    document.with("a.b[0]=2");
    assertEquals(parse("a: {b: [1]}").root(), document.root());
  }

  @Test
  void overridesMakeADocumentFromNothing() {
    assertEquals(parse("a: {b: 1}").root(), parse("").with("a.b=1").root());
    assertEquals(parse("a: {b: 1}").root(), parse("a:").with("a.b=1").root());
    assertTrue(parse("a: 1").with("a=").root().get("a").isNull());
  }

  @Test
  void wrongOverridesAreRefused() {
    String text = "a: {b: [1, 2], c: adam}\n";
    assertEquals(
        "--set a.b[2]=0: a.b: expected an index from 0 to 1, found 2. To add elements, set the"
            + " whole list.",
        refusal(text, "a.b[2]=0"));
    assertEquals(
        "--set a.c.beta=0: a.c: expected a map, found \"adam\". Set the whole value instead: --set"
            + " 'a.c={…}'.",
        refusal(text, "a.c.beta=0"));
    assertEquals(
        "--set a.b.c=0: a.b: expected a map, found a list of 2. Name an element, as in a.b[0].",
        refusal(text, "a.b.c=0"));
    assertEquals(
        "--set a[0]=0: a: expected a list, found a map with b, c. An index in brackets is for"
            + " lists alone.",
        refusal(text, "a[0]=0"));
    assertTrue(refusal(text, "new[0]=0").startsWith("--set new[0]=0: new: expected a list"));
    assertEquals(
        "--set a.b: expected key=value, found no =. Write, for example, --set train.epochs=20.",
        refusal(text, "a.b"));
    assertTrue(refusal(text, "a..b=1").startsWith("--set a..b=1: expected a key such as"));
    assertTrue(refusal(text, "=1").startsWith("--set =1: expected a key such as"));
    assertTrue(refusal(text, "a.c=[1").startsWith("--set a.c=[1: expected YAML, found"));
    assertTrue(
        refusal(text, "a.c={x: 1, x: 2}")
            .startsWith("--set a.c={x: 1, x: 2}: a.c.x: expected each"));
  }

  @Test
  void missingFilesNameTheirNeighbours(@TempDir Path folder) throws IOException {
    Files.writeString(folder.resolve("digits.yaml"), "name: a");
    Files.writeString(folder.resolve("lenet5.yaml"), "name: b");
    Files.writeString(folder.resolve("notes.txt"), "");
    Path missing = folder.resolve("digit.yaml");
    String message =
        assertThrows(InvarException.class, () -> YamlDocument.read(missing)).getMessage();
    assertEquals(
        missing
            + ": expected a YAML file, found no such file. Did you mean digits.yaml? The folder"
            + " has digits.yaml, lenet5.yaml.",
        message);
    assertTrue(
        assertThrows(InvarException.class, () -> YamlDocument.read(folder))
            .getMessage()
            .contains("found a directory"));
    assertTrue(
        assertThrows(InvarException.class, () -> YamlDocument.read(folder.resolve("no/such.yaml")))
            .getMessage()
            .contains("There is no folder"));
  }

  @Test
  void filesAreUtf8WithOrWithoutByteOrderMark(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("x.yaml");
    Files.writeString(file, "\uFEFFname: größe\n");
    assertEquals("größe", YamlDocument.read(file).root().get("name").textValue());
    Files.write(file, new byte[] {'a', ':', ' ', (byte) 0xC3, '\n'});
    assertTrue(
        assertThrows(InvarException.class, () -> YamlDocument.read(file))
            .getMessage()
            .contains("UTF-8"));
  }
}
