package org.invar.source;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What each column of a table is for. Pictures and IDX files need none of it.
 *
 * @param features the columns of features, in order; empty means all that are nothing else
 * @param label the columns of the label, usually one
 * @param weight the column of the example weights, or null when all weigh 1
 * @param id the column that identifies a row, or null when its content does
 * @param oneHot those features that are categories and become one input a category
 * @param lengths whether the one column of features holds sequences of different lengths
 */
public record Columns(
    List<String> features,
    List<String> label,
    @Nullable String weight,
    @Nullable String id,
    List<String> oneHot,
    boolean lengths) {
  /** Copies the lists. */
  public Columns {
    features = List.copyOf(features);
    label = List.copyOf(label);
    oneHot = List.copyOf(oneHot);
  }

  /** Makes columns without sequences of different lengths. */
  public Columns(
      List<String> features,
      List<String> label,
      @Nullable String weight,
      @Nullable String id,
      List<String> oneHot) {
    this(features, label, weight, id, oneHot, false);
  }

  /** Returns columns of which nothing is said. */
  public static Columns of() {
    return new Columns(List.of(), List.of(), null, null, List.of());
  }

  /** Returns columns with that label and every other column a feature. */
  public static Columns labeled(String label) {
    return new Columns(List.of(), List.of(label), null, null, List.of());
  }
}
