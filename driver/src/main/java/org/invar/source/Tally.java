package org.invar.source;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.invar.rows.EncodedRow;
import org.invar.rows.Identity;
import org.invar.rows.RowCodec;
import org.invar.rows.Shipped;

/** What one pass over encoded rows counts; integers, so that their order does not matter. */
final class Tally implements Serializable {
  private static final long serialVersionUID = 1;

  private final EnumMap<Split, Part> parts = new EnumMap<>(Split.class);
  private final TreeMap<String, Long> reasons = new TreeMap<>();
  private final ArrayList<BadRow> bad = new ArrayList<>();
  private long badRows;

  private Tally() {}

  /** A split's counts, as far as its rows were seen. */
  private static final class Part implements Serializable {
    private static final long serialVersionUID = 1;

    private final TreeMap<Integer, Long> classes = new TreeMap<>();
    private long rows;
    private long weighted;
    private long high;
    private long low;

    void add(EncodedRow row, Identity content, boolean labelsAreClasses) {
      rows++;
      weighted += row.weight() > 0 ? 1 : 0;
      high += content.high();
      low += content.low();
      // Class weights, which need the count of each class, have no steps.
      for (int i = 0; labelsAreClasses && i < row.count(Preprocessing.LABEL); i++) {
        classes.merge((int) row.get(Preprocessing.LABEL, i), 1L, Long::sum);
      }
    }

    void add(Part other) {
      other.classes.forEach((id, count) -> classes.merge(id, count, Long::sum));
      rows += other.rows;
      weighted += other.weighted;
      high += other.high;
      low += other.low;
    }

    SplitTally tally() {
      return new SplitTally(rows, weighted, classes, "%016x%016x".formatted(high, low));
    }
  }

  /**
   * Counts the rows of a source, which it reads and checks in doing so, and the bad ones, which it
   * names.
   */
  static Tally of(
      String place, JavaRDD<Encoded> encoded, Splits splits, Preprocessing preprocessing) {
    RowCodec codec = new RowCodec(preprocessing.layout());
    boolean classes = preprocessing.targets().areClasses();
    boolean ids = preprocessing.id() != null;
    List<Shipped<Tally>> parts =
        SparkFailures.explained(
            place,
            () ->
                encoded
                    .mapPartitions(
                        part ->
                            List.of(Shipped.of(count(part, splits, codec, classes, ids)))
                                .iterator())
                    .collect());
    Tally all = new Tally();
    parts.forEach(part -> all.add(part.value()));
    return all;
  }

  private static Tally count(
      Iterator<Encoded> rows, Splits splits, RowCodec codec, boolean classes, boolean ids) {
    Tally tally = new Tally();
    while (rows.hasNext()) {
      Encoded next = rows.next();
      BadRow problem = next.problem();
      if (problem == null) {
        Identity content = ids ? Identity.of(next.bytes()) : next.identity();
        EncodedRow row = codec.decode(next.bytes());
        tally.part(splits.of(next.identity())).add(row, content, classes);
      } else {
        tally.count(problem);
      }
    }
    return tally;
  }

  private void count(BadRow problem) {
    badRows++;
    for (String reason : problem.reasons()) {
      reasons.merge(reason, 1L, Long::sum);
    }
    if (bad.size() < SkippedRows.MOST_NAMED) {
      bad.add(problem);
    }
  }

  private void add(Tally other) {
    other.parts.forEach((split, part) -> part(split).add(part));
    badRows += other.badRows;
    other.reasons.forEach((reason, count) -> reasons.merge(reason, count, Long::sum));
    bad.addAll(
        other.bad.subList(0, Math.min(other.bad.size(), SkippedRows.MOST_NAMED - bad.size())));
  }

  /** Returns the bad rows that were left out. */
  SkippedRows skipped(String source) {
    List<SkippedRows.Skipped> first =
        bad.stream()
            .map(
                row ->
                    new SkippedRows.Skipped(
                        row.file(), row.number(), List.of(row.reasons()), row.message()))
            .toList();
    return new SkippedRows(source, badRows, Collections.unmodifiableSortedMap(reasons), first);
  }

  /** Returns the message about the first bad row, if there is one. */
  Optional<String> bad() {
    return bad.stream().findFirst().map(BadRow::message);
  }

  /** Returns the rows of all splits. */
  long rows() {
    return parts.values().stream().mapToLong(part -> part.rows).sum();
  }

  /** Returns the names of the classes without a row in a split, in quotes; empty where none is. */
  Optional<String> absent(Split split, List<String> names) {
    Map<Integer, Long> found = of(split).classes();
    List<String> none =
        IntStream.range(0, names.size())
            .filter(id -> !found.containsKey(id))
            .mapToObj(names::get)
            .toList();
    return none.isEmpty()
        ? Optional.empty()
        : Optional.of((none.size() == 1 ? "class " : "the classes ") + Names.some(none));
  }

  private Part part(Split split) {
    return parts.computeIfAbsent(split, none -> new Part());
  }

  /** Returns what was counted of a split. */
  SplitTally of(Split split) {
    return parts.getOrDefault(split, new Part()).tally();
  }

  /** Returns the rows of a split. */
  long rows(Split split) {
    return of(split).rows();
  }

  /** Returns rows / (k · rows of the class) for each of k classes; 0 for one without rows. */
  List<Float> balancedWeights(int classes) {
    List<Float> weights = new ArrayList<>(Collections.nCopies(classes, 0f));
    double total = rows(Split.TRAIN);
    for (Map.Entry<Integer, Long> count : of(Split.TRAIN).classes().entrySet()) {
      weights.set(count.getKey(), (float) (total / ((double) classes * count.getValue())));
    }
    return weights;
  }
}
