package org.invar.source;

import java.io.Serializable;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.api.java.JavaRDD;
import org.invar.InvarException;
import org.invar.worker.RowEncoding;
import org.invar.worker.Shipped;
import org.jspecify.annotations.Nullable;

/** What one pass over encoded rows counts; integers, so that their order does not matter. */
final class Tally implements Serializable {
  private static final long serialVersionUID = 1;

  private final EnumMap<Split, Long> rows = new EnumMap<>(Split.class);
  private final TreeMap<Integer, Long> trainClasses = new TreeMap<>();
  private int highestClass = -1;
  private @Nullable String bad;

  private Tally() {}

  /**
   * Counts the rows of a source, which it reads and checks in doing so.
   *
   * @throws InvarException for the first bad row
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
    if (all.bad != null) {
      throw new InvarException(all.bad);
    }
    return all;
  }

  private static Tally count(
      Iterator<Encoded> part, Splits splits, RowEncoding encoding, boolean classes) {
    Tally tally = new Tally();
    while (part.hasNext() && tally.bad == null) {
      Encoded next = part.next();
      if (next.problem() == null) {
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
        tally.bad = next.problem();
      }
    }
    return tally;
  }

  private void add(Tally other) {
    other.rows.forEach((split, count) -> rows.merge(split, count, Long::sum));
    other.trainClasses.forEach((id, count) -> trainClasses.merge(id, count, Long::sum));
    highestClass = Math.max(highestClass, other.highestClass);
    if (bad == null) {
      bad = other.bad;
    }
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
