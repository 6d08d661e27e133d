package org.invar.train;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.TaskCompletionListener;
import org.invar.InvarException;
import org.invar.nn.Network;
import org.invar.param.Weights;
import org.invar.source.Preprocessing;
import org.invar.source.RowEncoder;
import org.invar.source.Targets;
import org.invar.worker.Predictor;

/**
 * The columns that prediction adds to rows.
 *
 * <ul>
 *   <li>Classes and distributions: {@code prediction}, the most probable class's name (its number
 *       where classes have none), and {@code probability}, an array by class id.
 *   <li>Binary: {@code prediction}, the more probable class's name, and {@code probability} of the
 *       second class.
 *   <li>Values: {@code prediction}, a double, or an array of doubles for several outputs.
 * </ul>
 *
 * @param kept the indices of the input's columns that stay
 * @param schema of the rows that come out
 * @param network layers and loss
 * @param targets what the network was trained for
 * @param classes names by id, or empty
 */
@SuppressWarnings("ArrayRecordComponent")
record Predictions(
    int[] kept, StructType schema, Network network, Targets targets, List<String> classes)
    implements Serializable {
  /** Returns the columns for inputs of that schema, of which the named ones stay. */
  static Predictions of(
      StructType input, List<String> kept, Preprocessing preprocessing, Network network) {
    int[] indices = kept.stream().mapToInt(input::fieldIndex).toArray();
    List<StructField> fields = new ArrayList<>();
    for (int index : indices) {
      fields.add(input.fields()[index]);
    }
    for (StructField added : added(preprocessing.targets(), network.output().size())) {
      if (kept.contains(added.name())) {
        throw InvarException.of(
            "the rows to predict",
            "no column " + added.name() + ", which prediction adds",
            "one",
            "Rename or drop it.");
      }
      fields.add(added);
    }
    return new Predictions(
        indices,
        DataTypes.createStructType(fields),
        network,
        preprocessing.targets(),
        new ArrayList<>(preprocessing.classes()));
  }

  private static List<StructField> added(Targets targets, int outputs) {
    return switch (targets) {
      case CLASSES, DISTRIBUTION ->
          List.of(
              DataTypes.createStructField("prediction", DataTypes.StringType, false),
              DataTypes.createStructField(
                  "probability", DataTypes.createArrayType(DataTypes.DoubleType, false), false));
      case BINARY ->
          List.of(
              DataTypes.createStructField("prediction", DataTypes.StringType, false),
              DataTypes.createStructField("probability", DataTypes.DoubleType, false));
      case VALUES ->
          List.of(
              DataTypes.createStructField(
                  "prediction",
                  outputs == 1
                      ? DataTypes.DoubleType
                      : DataTypes.createArrayType(DataTypes.DoubleType, false),
                  false));
    };
  }

  /** Returns a partition's rows with predictions, computed some hundred at a time. */
  Iterator<Row> of(Iterator<Row> rows, RowEncoder encoder, Weights weights) {
    Predictor predictor = new Predictor(network, weights);
    TaskContext task = TaskContext.get();
    if (task != null) {
      task.addTaskCompletionListener((TaskCompletionListener) ended -> predictor.close());
    }
    int width = network.input().size();
    int most = network.predictionRows();
    return new Iterator<>() {
      private final List<Row> ready = new ArrayList<>();
      private int next;

      @Override
      public boolean hasNext() {
        return next < ready.size() || rows.hasNext();
      }

      @Override
      public Row next() {
        if (next == ready.size()) {
          fill();
        }
        return ready.get(next++);
      }

      private void fill() {
        if (!rows.hasNext()) {
          throw new NoSuchElementException("no row is left");
        }
        ready.clear();
        next = 0;
        List<Row> batch = new ArrayList<>();
        float[] features = new float[most * width];
        int[] lengths = new int[most];
        while (rows.hasNext() && batch.size() < most) {
          Row row = rows.next();
          lengths[batch.size()] = encoder.features(row, features, batch.size() * width);
          batch.add(row);
        }
        double[] outputs =
            predictor.outputs(
                Arrays.copyOf(features, batch.size() * width),
                batch.size(),
                lengths[0] == 0 ? null : Arrays.copyOf(lengths, batch.size()));
        int units = outputs.length / batch.size();
        for (int i = 0; i < batch.size(); i++) {
          ready.add(
              extended(batch.get(i), Arrays.copyOfRange(outputs, i * units, (i + 1) * units)));
        }
      }
    };
  }

  private Row extended(Row row, double[] output) {
    List<Object> values = new ArrayList<>();
    for (int index : kept) {
      values.add(row.get(index));
    }
    switch (targets) {
      case CLASSES, DISTRIBUTION -> {
        double[] probability = softmax(output);
        values.add(name(largest(probability)));
        values.add(probability);
      }
      case BINARY -> {
        double probability = 1 / (1 + Math.exp(-output[0]));
        values.add(name(output[0] > 0 ? 1 : 0));
        values.add(probability);
      }
      case VALUES -> values.add(output.length == 1 ? (Object) output[0] : output);
    }
    return RowFactory.create(values.toArray());
  }

  private String name(int id) {
    return classes.isEmpty() ? String.valueOf(id) : classes.get(id);
  }

  private static int largest(double[] values) {
    int largest = 0;
    for (int i = 1; i < values.length; i++) {
      if (values[i] > values[largest]) {
        largest = i;
      }
    }
    return largest;
  }

  private static double[] softmax(double[] logits) {
    double largest = logits[largest(logits)];
    double[] probability = new double[logits.length];
    double sum = 0;
    for (int i = 0; i < logits.length; i++) {
      probability[i] = Math.exp(logits[i] - largest);
      sum += probability[i];
    }
    for (int i = 0; i < logits.length; i++) {
      probability[i] /= sum;
    }
    return probability;
  }
}
