package org.invar.config;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.invar.source.BadRows;
import org.invar.source.DataSource;
import org.invar.tensor.Shape;
import org.jspecify.annotations.Nullable;

/**
 * The data of a run and what is done to it before training.
 *
 * @param train the source of the training rows, and of splits
 * @param dev what each epoch is judged by; null for none
 * @param test what the result is judged by; null for none
 * @param features columns of a table; empty for every column but label, weight and id
 * @param label columns of a table: a class or target, or several regression targets; empty where
 *     the source has its own labels. An array of classes, one a step, where the network has an
 *     output at every step
 * @param weight the column of example weights, or null for 1 everywhere
 * @param id the column that tells equal rows apart, or null
 * @param shape of one example's tensor; null for flat, or the images' own
 * @param scale values are divided by it; finite and positive
 * @param standardize whether each feature gets mean 0 and variance 1, fitted on the training split
 * @param oneHot columns of categories, each of which becomes a column
 * @param classes in the order of their ids; empty for the label's values in their own order
 * @param classWeights how much rows of each class count; null for equally
 * @param badRows whether a row that cannot be used ends the run or is left out and counted
 * @param lengths whether rows are sequences of different lengths: the one column of features holds
 *     arrays, step by step, of at most the time · features numbers of the shape (time, features)
 */
public record DataSettings(
    DataSource train,
    @Nullable Holdout dev,
    @Nullable Holdout test,
    List<String> features,
    List<String> label,
    @Nullable String weight,
    @Nullable String id,
    @Nullable Shape shape,
    double scale,
    boolean standardize,
    List<String> oneHot,
    List<String> classes,
    @Nullable ClassWeights classWeights,
    BadRows badRows,
    boolean lengths) {

  /** Refuses splits of everything, names given twice, columns in two roles and unknown classes. */
  public DataSettings {
    features = List.copyOf(features);
    label = List.copyOf(label);
    oneHot = List.copyOf(oneHot);
    classes = List.copyOf(classes);
    Require.positive("scale", scale);
    Require.distinct("features", features);
    Require.distinct("label", label);
    Require.distinct("oneHot", oneHot);
    Require.distinct("classes", classes);
    checkSplits(dev, test);
    checkColumns(features, label, weight, id, oneHot);
    boolean table = train instanceof DataSource.Table;
    Require.check(table || features.isEmpty(), "features", features, "for tables alone");
    Require.check(table || label.isEmpty(), "label", label, "for tables alone");
    Require.check(table || oneHot.isEmpty(), "oneHot", oneHot, "for tables alone");
    Require.check(table || weight == null, "weight", "" + weight, "for tables alone");
    Require.check(table || id == null, "id", "" + id, "for tables alone");
    if (lengths) {
      boolean sequences = table && shape != null && shape.rank() == 2;
      Require.check(
          sequences,
          "lengths",
          true,
          "the default, false, but for tables with a shape [steps, numbers a step], such as [12, 1]");
    }
    if (classWeights instanceof ClassWeights.Each each && !classes.isEmpty()) {
      for (String name : each.weights().keySet()) {
        Require.check(
            classes.contains(name), "classWeights", name, "one of the classes " + classes);
      }
    }
  }

  /** Returns the settings of a source without dev and test set, whose values stay as they are. */
  public static DataSettings of(DataSource train) {
    return new DataSettings(
        train,
        null,
        null,
        List.of(),
        List.of(),
        null,
        null,
        null,
        1,
        false,
        List.of(),
        List.of(),
        null,
        BadRows.ERROR,
        false);
  }

  /** Returns the paths and patterns of all sources. */
  public List<String> paths() {
    List<String> paths = new ArrayList<>(train.paths());
    for (Holdout holdout : Arrays.asList(dev, test)) {
      if (holdout instanceof Holdout.Source own) {
        paths.addAll(own.source().paths());
      }
    }
    return paths;
  }

  private static void checkSplits(@Nullable Holdout dev, @Nullable Holdout test) {
    if (dev instanceof Holdout.Split one && test instanceof Holdout.Split other) {
      double sum = one.fraction() + other.fraction();
      String shown = String.format(Locale.ROOT, "%s + %s", one.fraction(), other.fraction());
      Require.check(
          sum < 1, "dev", shown, "a split that leaves rows to train on: the sum must be below 1");
    }
  }

  private static void checkColumns(
      List<String> features,
      List<String> label,
      @Nullable String weight,
      @Nullable String id,
      List<String> oneHot) {
    List<String> others = new ArrayList<>(label);
    if (weight != null) {
      Require.check(!others.contains(weight), "weight", weight, "a column beside the label's");
      others.add(weight);
    }
    if (id != null) {
      Require.check(!others.contains(id), "id", id, "a column beside label and weight");
      others.add(id);
    }
    for (String column : features) {
      Require.check(
          !others.contains(column), "features", column, "a column beside label, weight and id");
    }
    for (String column : oneHot) {
      boolean known = features.isEmpty() ? !others.contains(column) : features.contains(column);
      Require.check(known, "oneHot", column, "one of the features");
    }
  }
}
