package org.invar.config.bind;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import org.invar.config.bind.Sample.Amount;
import org.invar.config.bind.Sample.Around;
import org.invar.config.bind.Sample.Chain;
import org.invar.config.bind.Sample.Conv;
import org.invar.config.bind.Sample.Decay;
import org.invar.config.bind.Sample.Dims;
import org.invar.config.bind.Sample.Drop;
import org.invar.config.bind.Sample.Flat;
import org.invar.config.bind.Sample.Inner;
import org.invar.config.bind.Sample.Kind;
import org.invar.config.bind.Sample.Part;
import org.invar.config.bind.Sample.Size;
import org.invar.config.yaml.YamlDocument;
import org.junit.jupiter.api.Test;

class BinderTest {
  private static Sample bind(String more) {
    return Sample.bind("count: 3\ntitle: t\n" + more);
  }

  private static Part part(String text) {
    return bind("main: " + text).main();
  }

  @Test
  void defaultsAreThoseOfTheFactory() {
    assertEquals(Sample.of(3, "t"), bind(""));
  }

  @Test
  void givenKeysReplaceDefaults() {
    Sample sample =
        bind(
            """
            big: 5000000000
            rate: 2
            on: false
            kind: classIds
            limit: 7
            note: null
            names: [a, b]
            weights: {z: 1, a: 2.5}
            inner: 0.25
            """);
    assertEquals(5_000_000_000L, sample.big());
    assertEquals(2.0, sample.rate());
    assertEquals(false, sample.on());
    assertEquals(Kind.CLASS_IDS, sample.kind());
    assertEquals(7, sample.limit());
    assertNull(sample.note());
    assertEquals(List.of("a", "b"), sample.names());
    assertEquals(List.of("z", "a"), List.copyOf(sample.weights().keySet()));
    assertEquals(new Inner(0.25, 1), sample.inner());
    assertEquals(new Inner(0.25, 0.5), bind("inner: {high: 0.5, low: 0.25}").inner());
  }

  @Test
  void interfacesTakeNamesAndMapsFromNames() {
    assertEquals(new Flat(), part("flat"));
    assertEquals(new Flat(), part("{flat: }"));
    assertEquals(new Flat(), part("{flat: {}}"));
    assertEquals(Conv.of(6), part("{conv: {filters: 6}}"));
    assertEquals(Conv.of(6), part("{conv: 6}"));
    assertEquals(new Drop(0), part("{drop: 0}"));
    assertEquals(new Decay(0.1, 0.9), part("{decay: {initialRate: 0.1, base: 0.9}}"));
    assertEquals(new Chain(List.of(new Flat(), Conv.of(1))), part("{chain: [flat, {conv: 1}]}"));
    assertEquals(new Around(Conv.of(1)), part("{around: {conv: 1}}"));
    assertEquals(new Around(new Flat()), part("{around: flat}"));
    assertEquals(new Around(new Flat()), part("{around: {part: flat}}"));
  }

  @Test
  void sealedInterfacesNeedNoRegistration() {
    assertEquals(new Amount.None(), bind("amount: none").amount());
    assertEquals(new Amount.Some.Half(), bind("amount: half").amount());
    assertEquals(new Amount.Some.Share(0.5, false), bind("amount: {share: 0.5}").amount());
    assertEquals(new Amount.Fixed(8), bind("amount: 8").amount());
  }

  @Test
  void recordsOfNumbersTakeOneOrAList() {
    assertEquals(new Size(5, 5), bind("size: 5").size());
    assertEquals(new Size(5, 3), bind("size: [5, 3]").size());
    assertEquals(new Size(5, 3), bind("size: {width: 3, height: 5}").size());
  }

  @Test
  void factoriesWithOtherTypesDoNotCount() {
    Part conv = part("{conv: {filters: 1, dims: [8, 8, 1]}}");
    assertEquals(new Conv(1, new Size(3, 3), Kind.PLAIN, new Dims(List.of(8, 8, 1))), conv);
    assertEquals(conv, part("{conv: {filters: 1, dims: {dimensions: [8, 8, 1]}}}"));
  }

  @Test
  void listsAndMapsOfTextKeepNumbersAsSpelled() {
    Sample sample = bind("names: [0, 1.10, true, x]\noptions: {header: true, null: 1e3, s: ';'}");
    assertEquals(List.of("0", "1.10", "true", "x"), sample.names());
    assertEquals(Map.of("header", "true", "null", "1e3", "s", ";"), sample.options());
    assertEquals(List.of("one"), bind("names: one").names());
  }

  @Test
  void wrongRegistrationsAreTheProgrammersFault() {
    interface Open {}
    record One(int a) implements Open {}
    assertThrows(
        IllegalStateException.class,
        () -> Binder.of().bind(YamlDocument.parse("x", "n"), Open.class));
    assertThrows(IllegalStateException.class, () -> Binder.of().register(Open.class, List.of()));
    Binder binder = Binder.of().register(Open.class, List.of(One.class));
    assertEquals(new One(3), binder.bind(YamlDocument.parse("{one: 3}", "n"), Open.class));
    assertThrows(
        IllegalArgumentException.class, () -> Sample.binder().tree(Part.class, new Part() {}));
  }
}
