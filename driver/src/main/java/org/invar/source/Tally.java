package org.invar.source;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.api.java.JavaRDD;
import org.invar.InvarException;
import org.invar.worker.RowEncoding;
import org.invar.worker.Shipped;

/** What one pass over encoded rows counts; integers, so that their order does not matter. */
final class Tally implements Serializable {
  private static final long serialVersionUID = 1;

  private final EnumMap<Split, Long> rows = new EnumMap<>(Split.class);
  private final TreeMap<Integer, Long> trainClasses = new TreeMap<>();
  private int highestClass = -1;
  private final TreeMap<String, Long> reasons = new TreeMap<>();
  private final ArrayList<BadRow> bad = new ArrayList<>();
  private long badRows;

  private Tally() {}

  /**
   * Counts the rows of a source, which it reads and checks in doing so.
   *
   * @throws InvarException for the first bad row, where bad rows are an error
   */
  static Tally of(
      String place,
      JavaRDD<Encoded> encoded,
      Splits splits,
      RowEncoding encoding,
      boolean classes,
      BadRows policy) {
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
    if (policy == BadRows.ERROR && all.badRows > 0) {
      throw new InvarException(all.bad.get(0).message());
    }
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
        if (classes) {
          // Class weights, which need the count of each class, have no steps.
          for (int i = 0; i < encoding.targets(next.bytes()); i++) {
            int id = (int) encoding.target(next.bytes(), i);
            tally.highestClass = Math.max(tally.highestClass, id);
            if (split == Split.TRAIN) {
              tally.trainClasses.merge(id, 1L, Long::sum);
            }
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
    highestClass = Math.max(highestClass, other.highestClass);
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

  /** Returns the rows of a split. */
  long rows(Split split) {
    return rows.getOrDefault(split, 0L);
  }

  /** Returns the highest class id of all splits, or −1. */
  int highestClass() {
    return highestClass;
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
