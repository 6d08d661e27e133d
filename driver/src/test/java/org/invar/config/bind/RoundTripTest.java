package org.invar.config.bind;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.invar.config.bind.Sample.Amount;
import org.invar.config.bind.Sample.Part;
import org.invar.config.yaml.KeyPath;
import org.invar.config.yaml.Scalars;
import org.invar.config.yaml.YamlDocument;
import org.invar.config.yaml.YamlText;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RoundTripTest {
  private static final List<String> NASTY =
      List.of(
          "",
          " ",
          "no",
          "true",
          "null",
          "~",
          "5",
          "1e-8",
          ".5",
          "010",
          "0x1F",
          "1:30",
          "-",
          "- a",
          "a: b",
          "a #b",
          "#",
          "'",
          "\"",
          "\\",
          "a\nb",
          "\n",
          "\t",
          "${X}",
          "$${X}",
          "$$${",
          "${",
          "{",
          "[",
          "a, b",
          "*a",
          "&a",
          "!a",
          "%",
          "@",
          "`",
          "|",
          ">",
          "?",
          "<<",
          "=",
          "ß",
          "日本",
          "\u0000",
          "\u0085",
          "\u00a0",
          "\u2028",
          "\uFEFF",
          "\uD83D\uDE00",
          "\uD800",
          "\u007f",
          "s3a://bucket/key",
          "/data/x.csv",
          "2026-11-21",
          "a.b",
          "[\"x\"]",
          "---",
          "...",
          "Infinity");

  private static String text(Random random) {
    if (random.nextInt(3) > 0) {
      return NASTY.get(random.nextInt(NASTY.size()));
    }
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(90); i >= 0; i--) {
      text.append((char) (random.nextInt(8) == 0 ? random.nextInt(0x10000) : random.nextInt(128)));
    }
    return text.toString();
  }

  private static double number(Random random) {
    return switch (random.nextInt(6)) {
      case 0 -> random.nextInt(100);
      case 1 -> Double.POSITIVE_INFINITY;
      case 2 -> Double.NaN;
      case 3 -> random.nextGaussian();
      case 4 -> Double.MIN_VALUE;
      default -> {
        double any = Double.longBitsToDouble(random.nextLong());
        yield Double.isNaN(any) ? -Double.MAX_VALUE : any;
      }
    };
  }

  private static JsonNode tree(Random random, int depth) {
    return switch (random.nextInt(depth > 0 ? 9 : 6)) {
      case 0 -> NullNode.getInstance();
      case 1 -> BooleanNode.valueOf(random.nextBoolean());
      case 2 -> Scalars.whole(new BigInteger(random.nextInt(80), random).subtract(BigInteger.TEN));
      case 3 -> DoubleNode.valueOf(number(random));
      case 4, 5 -> TextNode.valueOf(text(random));
      case 6 -> {
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        for (int i = random.nextInt(5); i > 0; i--) {
          list.add(tree(random, depth - 1));
        }
        yield list;
      }
      default -> {
        ObjectNode map = JsonNodeFactory.instance.objectNode();
        for (int i = random.nextInt(5); i > 0; i--) {
          map.set(text(random), tree(random, depth - 1));
        }
        yield map;
      }
    };
  }

  @Test
  void treesSurviveYaml() {
    for (int seed = 0; seed < 3000; seed++) {
      JsonNode tree = tree(new Random(seed), 4);
      String text = YamlText.render(tree);
      JsonNode back = YamlDocument.parse(text, "t.yaml", Map.of()).root();
      assertEquals(tree, back, "seed " + seed + ":\n" + text);
    }
  }

  @Test
  void everyPathOfATreeIsParsedBackFromItsText() {
    for (int seed = 0; seed < 3000; seed++) {
      Random random = new Random(seed);
      KeyPath path = KeyPath.ROOT;
      for (int i = random.nextInt(4); i >= 0; i--) {
        path = random.nextBoolean() ? path.key(text(random)) : path.item(random.nextInt(100));
      }
      assertEquals(path, KeyPath.parse(path.toString()), path.toString());
    }
  }

  private static <T> @Nullable T maybe(Random random, T value) {
    return random.nextBoolean() ? value : null;
  }

  private static Part part(Random random, int depth) {
    return switch (random.nextInt(depth > 0 ? 7 : 5)) {
      case 0 -> new Sample.Flat();
      case 1 -> new Sample.Drop(random.nextDouble());
      case 2 ->
          new Sample.Conv(
              1 + random.nextInt(9),
              new Sample.Size(random.nextInt(), random.nextInt()),
              Sample.Kind.CLASS_IDS,
              maybe(random, Sample.Dims.of(random.ints(random.nextInt(3)).toArray())));
      case 3 -> new Sample.Decay(number(random), number(random));
      case 4 -> new Sample.Cap(maybe(random, number(random)));
      case 5 -> new Sample.Around(part(random, depth - 1));
      default -> {
        List<Part> parts = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
          parts.add(part(random, depth - 1));
        }
        yield new Sample.Chain(parts);
      }
    };
  }

  private static Sample sample(Random random) {
    Map<String, Double> weights = new LinkedHashMap<>();
    Map<String, String> options = new LinkedHashMap<>();
    List<String> names = new ArrayList<>();
    List<Part> parts = new ArrayList<>();
    for (int i = random.nextInt(6); i > 0; i--) {
      weights.put(text(random), number(random));
      options.put(text(random), text(random));
      names.add(text(random));
      parts.add(part(random, 3));
    }
    return new Sample(
        random.nextInt(),
        text(random),
        random.nextLong(),
        number(random),
        random.nextBoolean(),
        random.nextBoolean() ? Sample.Kind.PLAIN : Sample.Kind.CLASS_IDS,
        maybe(random, random.nextInt()),
        maybe(random, text(random)),
        names,
        weights,
        options,
        parts,
        part(random, 2),
        new Sample.Size(random.nextInt(), random.nextInt()),
        switch (random.nextInt(4)) {
          case 0 -> new Amount.None();
          case 1 -> new Amount.Some.Half();
          case 2 -> new Amount.Some.Share(random.nextDouble(), random.nextBoolean());
          default -> new Amount.Fixed(random.nextInt());
        },
        maybe(random, new Sample.Inner(random.nextDouble(), 1 + random.nextDouble())));
  }

  @Test
  void recordsSurviveTreesAndYaml() {
    Binder binder = Sample.binder();
    for (int seed = 0; seed < 1000; seed++) {
      Sample sample = sample(new Random(seed));
      JsonNode tree = binder.tree(sample);
      assertEquals(sample, binder.bind(YamlDocument.of(tree, "tree"), Sample.class));
      String text = YamlText.render(tree);
      YamlDocument document = YamlDocument.parse(text, "t.yaml", Map.of());
      assertEquals(sample, binder.bind(document, Sample.class), "seed " + seed + ":\n" + text);
      assertEquals(tree, binder.tree(binder.bind(document, Sample.class)));
    }
  }

  @Test
  void yamlIsReadable() {
    Sample sample =
        Sample.bind(
            """
            count: 1
            title: "no"
            rate: 1e-8
            names: [a, b c]
            note: null
            options: {sep: ";"}
            parts: [{conv: {filters: 6, kernel: 5}}, flat, {chain: [{drop: 0.5}]}]
            """);
    assertEquals(
        """
        count: 1
        title: "no"
        big: 1099511627776
        rate: 1.0e-8
        "on": true
        kind: plain
        note: null
        names: [a, "b c"]
        weights: {}
        options:
          sep: ";"
        parts:
          - conv:
              filters: 6
              kernel: [5, 5]
              kind: plain
          - flat
          - chain:
              - drop: 0.5
        main: flat
        size: [1, 2]
        amount: none
        """,
        YamlText.render(Sample.binder().tree(sample)));
  }

  @Test
  void interfacesAreWrittenWithTheirNames() {
    Binder binder = Sample.binder();
    JsonNode tree = binder.tree(Part.class, new Sample.Around(new Sample.Flat()));
    assertEquals("around:\n  part: flat\n", YamlText.render(tree));
    assertEquals(
        new Sample.Around(new Sample.Flat()),
        binder.bind(YamlDocument.of(tree, "model"), Part.class));
  }
}
