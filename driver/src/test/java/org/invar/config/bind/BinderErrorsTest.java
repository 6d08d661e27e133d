package org.invar.config.bind;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.invar.InvarException;
import org.invar.config.yaml.KeyPath;
import org.invar.config.yaml.YamlDocument;
import org.junit.jupiter.api.Test;

class BinderErrorsTest {
  private static final String PARTS = "one of flat, drop, conv, decay, around, chain, cap";

  /** The text starts with two right lines. */
  private static String refusal(String more) {
    return assertThrows(InvarException.class, () -> Sample.bind("count: 3\ntitle: t\n" + more))
        .getMessage();
  }

  @Test
  void unknownKeys() {
    assertEquals(
        "s.yaml:3: rat: expected one of the keys count, title, big, rate, on, kind, limit, note,"
            + " names, weights, options, parts, main, size, amount, inner, found the unknown key"
            + " rat. Did you mean rate?",
        refusal("rat: 1"));
    assertEquals(
        "s.yaml:5: main.conv.filter: expected one of the keys filters, kernel, kind, dims, found"
            + " the unknown key filter. Did you mean filters?",
        refusal("main:\n  conv: {filters: 1,\n    filter: 2}"));
    assertEquals(
        "s.yaml:3: main.flat.x: expected no keys, found the unknown key x.",
        refusal("main: {flat: {x: 1}}"));
  }

  @Test
  void unknownNames() {
    assertEquals(
        "s.yaml:3: main: expected " + PARTS + ", found \"flatt\". Did you mean flat?",
        refusal("main: flatt"));
    assertEquals(
        "s.yaml:4: parts[0].konv: expected " + PARTS + ", found \"konv\". Did you mean conv?",
        refusal("parts:\n  - konv: {filters: 3}"));
    assertEquals(
        "s.yaml:3: main: expected " + PARTS + ", found \"zzzzzzz\".", refusal("main: zzzzzzz"));
    assertEquals(
        "s.yaml:3: kind: expected one of plain, classIds, found \"classids\". Did you mean"
            + " classIds?",
        refusal("kind: classids"));
    assertEquals(
        "s.yaml:3: amount: expected one of none, half, share or a whole number, found \"hlaf\"."
            + " Did you mean half?",
        refusal("amount: hlaf"));
  }

  @Test
  void wrongIndentation() {
    assertEquals(
        "s.yaml:4: parts[0]: expected one name (flat, drop, conv, decay, around, chain, cap),"
            + " found a map with conv, filters. Indent the keys of conv below it, or write {conv:"
            + " {…}}.",
        refusal("parts:\n  - conv:\n    filters: 3"));
  }

  @Test
  void wrongTypes() {
    assertEquals(
        "s.yaml:1: count: expected a whole number, found 2.5.\n"
            + "s.yaml:2: title: expected text, found 5. Put it in quotes.\n"
            + "s.yaml:3: rate: expected a number, found \"5\". Remove the quotes.\n"
            + "s.yaml:4: on: expected true or false, found \"yes\".\n"
            + "s.yaml:5: limit: expected a whole number, found 1e3.\n"
            + "s.yaml:6: names: expected a list of text, found a map with a.\n"
            + "s.yaml:7: weights.b: expected a number, found \"x\".\n"
            + "s.yaml:8: parts: expected a list, found \"flat\".\n"
            + "s.yaml:9: size: expected [height, width], found a list of 3. One number stands for"
            + " all of them.\n"
            + "s.yaml:10: options: expected a map of text, found a list of 1.",
        assertThrows(
                InvarException.class,
                () ->
                    Sample.bind(
                        """
                        count: 2.5
                        title: 5
                        rate: "5"
                        on: yes
                        limit: 1e3
                        names: {a: 1}
                        weights: {a: 1, b: x}
                        parts: flat
                        size: [1, 2, 3]
                        options: [a]
                        """))
            .getMessage());
  }

  @Test
  void moreWrongTypes() {
    assertEquals("s.yaml:3: names[1]: expected text, found nothing.", refusal("names: [a, null]"));
    assertEquals("s.yaml:3: rate: expected a number, found nothing.", refusal("rate:"));
    assertEquals(
        "s.yaml:3: size[1]: expected a whole number, found 2.5.", refusal("size: [1, 2.5]"));
    assertEquals(
        "s.yaml:3: size: expected a number or [height, width], found \"x\".", refusal("size: x"));
    assertEquals(
        "s.yaml:3: main: expected " + PARTS + ", found a list of 1.", refusal("main: [flat]"));
    assertEquals(
        "s.yaml:3: main.conv: expected a whole number, found \"six\". Or write a map with"
            + " keys among filters, kernel, kind, dims.",
        refusal("main: {conv: six}"));
    assertEquals(
        "s.yaml:3: main.decay: expected a map with keys among initialRate, base, found 0.5.",
        refusal("main: {decay: 0.5}"));
    assertEquals("s.yaml:3: main.flat: expected no keys, found 3.", refusal("main: {flat: 3}"));
    assertEquals(
        "s.yaml:3: amount: expected one of none, half, share or a whole number, found true.",
        refusal("amount: true"));
    assertEquals("s.yaml:3: amount: expected a whole number, found 2.5.", refusal("amount: 2.5"));
  }

  @Test
  void overflow() {
    assertEquals(
        "s.yaml:3: limit: expected a whole number from -2147483648 to 2147483647, found"
            + " 2147483648.",
        refusal("limit: 2147483648"));
    assertEquals(
        "s.yaml:3: big: expected a whole number from -9223372036854775808 to 9223372036854775807,"
            + " found 9223372036854775808.",
        refusal("big: 9223372036854775808"));
  }

  @Test
  void missingKeys() {
    assertEquals(
        "s.yaml:1: expected the required key title (text), found a map with count.",
        assertThrows(InvarException.class, () -> Sample.bind("count: 3")).getMessage());
    assertEquals(
        "s.yaml:4: main.conv: expected the required key filters (a whole number), found a map with"
            + " kernel.",
        refusal("main:\n  conv:\n    kernel: 3"));
    assertEquals(
        "s.yaml:3: main: expected the required key filters (a whole number), found an empty map.",
        refusal("main: conv"));
    assertEquals(
        "s.yaml:3: inner: expected the required key low (a number), found a map with high.",
        refusal("inner: {high: 2}"));
    assertEquals(
        "s.yaml:1: expected a map with keys among count, title, big, rate, on, kind, limit, note,"
            + " names, weights, options, parts, main, size, amount, inner, found nothing.",
        assertThrows(InvarException.class, () -> Sample.bind("")).getMessage());
  }

  @Test
  void refusalsOfTheRecordsThemselves() {
    assertEquals(
        "s.yaml:5: parts[1].drop.rate: expected a value that is in [0, 1), found 1.5.",
        refusal("parts:\n  - flat\n  - drop: {rate: 1.5}"));
    assertEquals(
        "s.yaml:3: main.drop: expected a value that is in [0, 1), found 1.5.",
        refusal("main: {drop: 1.5}"));
    assertEquals(
        "s.yaml:4: main.conv.filters: expected a whole number of at least 1, found 0. Add"
            + " filters.",
        refusal("main: {conv: {\n  filters: 0}}"));
    assertEquals("s.yaml:3: inner.low: low=3.0 is above high=1.0.", refusal("inner: {low: 3}"));
  }

  @Test
  void refusalsOfSeveralValuesStayWhole() {
    List<String> names = List.of("low", "high");
    assertEquals(
        new Refusal(KeyPath.ROOT.key("low"), "low=0 or high=0 is not positive"),
        Refusal.of("low=0 or high=0 is not positive", names, KeyPath.ROOT, null));
    assertEquals(
        new Refusal(KeyPath.ROOT.key("low"), "expected a part of it, found [x=1, 2]. Cut it."),
        Refusal.of("low=[x=1, 2] is not a part of it. Cut it.", names, KeyPath.ROOT, null));
    assertEquals(
        new Refusal(KeyPath.ROOT, "0 is not positive"),
        Refusal.of("0 is not positive", names, KeyPath.ROOT, null));
  }

  @Test
  void allMistakesInTheOrderOfTheirLines() {
    assertEquals(
        """
        s.yaml:3: parts[0].drop: expected a value that is in [0, 1), found 2.0.
        s.yaml:3: parts[1]: expected the required key filters (a whole number), found an empty map.
        s.yaml:4: kind: expected one of plain, classIds, found 3.
        s.yaml:5: big: expected a whole number, found "x".""",
        refusal("parts: [{drop: 2}, conv]\nkind: 3\nbig: x"));
  }

  @Test
  void overridesAreThePlace() {
    YamlDocument document = YamlDocument.parse("count: 3\ntitle: t\nmain: {drop: 0.5}", "s.yaml");
    assertEquals(
        "--set main.drop=-1: main.drop: expected a value that is in [0, 1), found -1.0.",
        assertThrows(
                InvarException.class,
                () -> Sample.binder().bind(document.with("main.drop=-1"), Sample.class))
            .getMessage());
  }
}
