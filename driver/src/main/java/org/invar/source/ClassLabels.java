package org.invar.source;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.invar.InvarException;

/**
 * Decides which classes a label has, from the values of its column in the training source.
 *
 * <p>Classes are the different values: numbers in numeric order, false before true, text by code
 * point. Numbers that all lie in [0, k), with k outputs, are ids: then a class may have no rows.
 * Names that the job gives are those of the values where they are of the values' type, and else
 * those of the ids.
 */
final class ClassLabels {
  /** By code point, as the bytes of UTF-8 are. */
  static final Comparator<String> BY_CODE_POINT =
      Comparator.comparing(text -> text.getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned);

  private static final int MOST_LISTED = 10;

  private final String place;
  private final ColumnProfile found;
  private final Packing packing;
  private final int wanted;

  private ClassLabels(String place, ColumnProfile found, Packing packing) {
    this.place = place;
    this.found = found;
    this.packing = packing;
    boolean binary = packing.targets() == Targets.BINARY && packing.outputs() > 0;
    this.wanted = binary ? 2 : packing.outputs();
  }

  /**
   * Returns the label of one class a row.
   *
   * @param input what messages call the source
   * @param column the label's column
   * @param found what it holds in the training source
   * @param packing what the job says; with outputs 0 any number of classes is right
   * @throws InvarException when there are not as many classes as the network has outputs
   */
  static Feature of(String input, String column, ColumnProfile found, Packing packing) {
    String place = input + ", column " + Names.shown(column);
    Feature label = new ClassLabels(place, found, packing).feature(column);
    if (packing.outputs() > 0) {
      packing.classFactors().check(input, label.categories());
    }
    return label;
  }

  private Feature feature(String column) {
    if (found.values() == 0 && wanted == 0) {
      throw InvarException.of(place, "values", "none", "Name another source or column.");
    }
    List<String> named = packing.classes();
    ValueType type = named.isEmpty() ? found.type() : typeOf(named);
    List<String> classes = named.isEmpty() ? classes(type) : named;
    if (wanted > 0 && classes.size() != wanted) {
      throw refused(type, classes);
    }
    return Feature.classes(column, type, classes);
  }

  /** The type of names that the job gives. */
  private ValueType typeOf(List<String> named) {
    ValueType type = found.type();
    var keys = new HashSet<Object>();
    boolean same = named.stream().allMatch(name -> type.key(name) != null);
    named.forEach(name -> Optional.ofNullable(type.key(name)).ifPresent(keys::add));
    if (!same || keys.size() < named.size()) {
      return ValueType.ID;
    }
    return type == ValueType.WHOLE && !named.stream().allMatch(Numerals::isWhole)
        ? ValueType.NUMBER
        : type;
  }

  private List<String> classes(ValueType type) {
    boolean numbers = type == ValueType.WHOLE || type == ValueType.NUMBER;
    if (numbers && wanted > 0 && areIds(type)) {
      return IntStream.range(0, wanted).mapToObj(String::valueOf).toList();
    }
    if (found.isOverLimit()) {
      if (type == ValueType.WHOLE && wanted == 0) {
        return List.of(); // Ids perhaps, when the outputs are known.
      }
      throw InvarException.of(
          place,
          String.format(Locale.ROOT, "at most %,d classes", Profile.Use.CLASSES.limit),
          "more different values",
          "Name a column of classes; for quantities, meanSquaredError is the loss.");
    }
    if (type == ValueType.BOOLEAN) {
      return List.of("false", "true");
    }
    if (!numbers) {
      return found.distinct().keySet().stream().sorted(BY_CODE_POINT).toList();
    }
    return counts(type).keySet().stream().toList();
  }

  /** Whether every number is an id of the network's outputs. */
  private boolean areIds(ValueType type) {
    boolean whole =
        found.isOverLimit()
            ? type == ValueType.WHOLE
            : found.distinct().keySet().stream()
                .allMatch(text -> Numerals.isWhole(Numerals.text(exact(text))));
    return whole && found.isWithin(0, wanted - 1);
  }

  private static BigDecimal exact(String number) {
    return Objects.requireNonNull(Numerals.exact(number), number);
  }

  /** How often each value occurs, in the order of classes. */
  private Map<String, ColumnProfile.Occurrence> counts(ValueType type) {
    Map<String, ColumnProfile.Occurrence> counts = new LinkedHashMap<>();
    if (type == ValueType.WHOLE || type == ValueType.NUMBER) {
      var byNumber = new TreeMap<BigDecimal, ColumnProfile.Occurrence>();
      found
          .distinct()
          .forEach((text, one) -> byNumber.merge(exact(text), one, ColumnProfile.Occurrence::and));
      byNumber.forEach((number, one) -> counts.put(Numerals.text(number), one));
    } else {
      found.distinct().entrySet().stream()
          .sorted(Map.Entry.comparingByKey(BY_CODE_POINT))
          .forEach(entry -> counts.put(entry.getKey(), entry.getValue()));
    }
    return counts;
  }

  private InvarException refused(ValueType type, List<String> classes) {
    if (!packing.classes().isEmpty()) {
      return InvarException.of(
          place,
          wanted + " classes, as the network has outputs",
          classes.size() + " in data.classes: " + Names.some(classes),
          "Change the network's outputs, or name as many classes.");
    }
    boolean numbers = type == ValueType.WHOLE || type == ValueType.NUMBER;
    String binary =
        packing.targets() == Targets.BINARY
            ? "For more classes take softmaxCrossEntropy with an output a class."
            : "Change the network's outputs, or correct the label.";
    return InvarException.of(
        place,
        wanted
            + " classes, as the network has outputs"
            + (numbers ? ": numbers in [0, " + wanted + "), or " + wanted + " different ones" : ""),
        classes.size() + ": " + listed(counts(type)),
        alike("Classes", classes).map(note -> note + " ").orElse("") + binary);
  }

  private static String listed(Map<String, ColumnProfile.Occurrence> counts) {
    String first =
        counts.entrySet().stream()
            .limit(MOST_LISTED)
            .map(
                entry ->
                    String.format(
                        Locale.ROOT,
                        "%s (%,d)",
                        Names.quoted(entry.getKey()),
                        entry.getValue().count()))
            .collect(Collectors.joining(", "));
    var rarest =
        counts.entrySet().stream()
            .min(
                Comparator.comparingLong(
                        (Map.Entry<String, ColumnProfile.Occurrence> entry) ->
                            entry.getValue().count())
                    .thenComparing(entry -> entry.getValue().first(), Comparator.reverseOrder()))
            .orElseThrow();
    return first
        + (counts.size() > MOST_LISTED ? ", …" : "")
        + "; the rarest, "
        + Names.quoted(rarest.getKey())
        + ", first in "
        + rarest.getValue().first().text();
  }

  /**
   * Returns a sentence on values that differ in nothing but case and blanks.
   *
   * @param what they are, in the plural
   */
  static Optional<String> alike(String what, List<String> values) {
    Map<String, List<String>> groups = new TreeMap<>();
    for (String name : values) {
      String plain = name.strip().replaceAll("\\s+", " ").toLowerCase(Locale.ROOT);
      groups.computeIfAbsent(plain, key -> new ArrayList<>()).add(name);
    }
    String named =
        groups.values().stream()
            .filter(group -> group.size() > 1)
            .map(Names::some)
            .collect(Collectors.joining("; "));
    return named.isEmpty()
        ? Optional.empty()
        : Optional.of(what + " that differ in case or blanks alone: " + named + ".");
  }
}
