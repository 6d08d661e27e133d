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
import org.invar.worker.RowEncoding;
import org.invar.worker.Shipped;

/** What one pass over encoded rows counts; integers, so that their order does not matter. */
final class Tally implements Serializable {
  private static final long serialVersionUID = 1;

  private final EnumMap<Split, Long> rows = new EnumMap<>(Split.class);
  private final TreeMap<Integer, Long> trainClasses = new TreeMap<>();
  private final TreeMap<String, Long> reasons = new TreeMap<>();
  private final ArrayList<BadRow> bad = new ArrayList<>();
  private long badRows;

  private Tally() {}

  /**
   * Counts the rows of a source, which it reads and checks in doing so, and the bad ones, which it
   * names.
   */
  static Tally of(
      String place,
      JavaRDD<Encoded> encoded,
      Splits splits,
      RowEncoding encoding,
      boolean classes) {
    List<Shipped<Tally>> parts =
        SparkFailures.explained(
            place,
            () ->
                encoded
                    .mapPartitions(
                        part ->
                            List.of(Shipped.of(count(part, splits, encoding, classes))).iterator())
                    .collect());
    Tally all = new Tally();
    parts.forEach(part -> all.add(part.value()));
    return all;
  }

  private static Tally count(
      Iterator<Encoded> part, Splits splits, RowEncoding encoding, boolean classes) {
    Tally tally = new Tally();
    while (part.hasNext()) {
      Encoded next = part.next();
      BadRow problem = next.problem();
      if (problem == null) {
        Split split = splits.of(next.identity());
        tally.rows.merge(split, 1L, Long::sum);
        if (classes && split == Split.TRAIN) {
          // Class weights, which need the count of each class, have no steps.
          for (int i = 0; i < encoding.targets(next.bytes()); i++) {
            tally.trainClasses.merge((int) encoding.target(next.bytes(), i), 1L, Long::sum);
          }
        }
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
    other.rows.forEach((split, count) -> rows.merge(split, count, Long::sum));
    other.trainClasses.forEach((id, count) -> trainClasses.merge(id, count, Long::sum));
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
    return rows.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Returns a sentence that names the classes without a training row. */
  Optional<String> absent(List<String> classes) {
    List<String> none =
        IntStream.range(0, classes.size())
            .filter(id -> !trainClasses.containsKey(id))
            .mapToObj(classes::get)
            .toList();
    return none.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "No row to train on is of %s %s."
                .formatted(none.size() == 1 ? "class" : "the classes", Names.some(none)));
  }

  /** Returns the rows of a split. */
  long rows(Split split) {
    return rows.getOrDefault(split, 0L);
  }

  /** Returns rows / (k · rows of the class) for each of k classes; 0 for one without rows. */
  float[] balancedWeights(int classes) {
    float[] weights = new float[classes];
    double total = rows(Split.TRAIN);
    for (Map.Entry<Integer, Long> count : trainClasses.entrySet()) {
      weights[count.getKey()] = (float) (total / ((double) classes * count.getValue()));
    }
    return weights;
  }
}
