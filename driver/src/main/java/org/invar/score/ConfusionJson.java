package org.invar.score;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.invar.metric.ConfusionMatrix;
import org.jspecify.annotations.Nullable;

/** A confusion matrix in JSON: row by actual class, column by predicted class. */
public final class ConfusionJson {
  /** The key of the class, by its id, that precision, recall and f1 are of. */
  public static final String POSITIVE = "positiveClass";

  private ConfusionJson() {}

  /** Adds the counts, and the positive class, which is null for means over classes. */
  public static void put(ObjectNode node, ConfusionMatrix matrix) {
    ArrayNode rows = node.putArray("confusion");
    for (int actual = 0; actual < matrix.classes(); actual++) {
      ArrayNode row = rows.addArray();
      for (int predicted = 0; predicted < matrix.classes(); predicted++) {
        row.add(matrix.count(actual, predicted));
      }
    }
    if (matrix.positive().isPresent()) {
      node.put(POSITIVE, matrix.positive().getAsInt());
    } else {
      node.putNull(POSITIVE);
    }
  }

  /** Returns the matrix of those counts. */
  public static ConfusionMatrix read(List<List<Double>> rows, @Nullable Integer positive) {
    double[] counts = rows.stream().flatMap(List::stream).mapToDouble(each -> each).toArray();
    return positive == null
        ? ConfusionMatrix.of(counts, 0, rows.size())
        : ConfusionMatrix.of(counts, 0, rows.size(), positive);
  }
}
