package org.invar.score;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.TaskCompletionListener;
import org.invar.InvarException;
import org.invar.compute.Predictor;
import org.invar.nn.Network;
import org.invar.source.Preprocessing;
import org.invar.source.RowEncoder;
import org.invar.source.Targets;
import org.invar.source.ValueType;
import org.invar.tensor.Time;
import org.invar.tensor.Type;
import org.invar.tensor.Value;
import org.invar.tensor.Weights;

/**
 * The columns that prediction adds to rows.
 *
 * <ul>
 *   <li>Classes: {@code prediction}, the most probable class as the label has it, a number, a
 *       boolean or text, and {@code probability}, an array by class id. Of a network with an output
 *       at every step, both are arrays with an entry for each of the row's own steps.
 *   <li>Distributions: likewise, with the class's number as text.
 *   <li>Binary: {@code prediction}, the more probable class, and {@code probability} of the second.
 *   <li>Values: {@code prediction}, a double, or an array of doubles for several outputs; of
 *       sequences those of the row's own steps.
 * </ul>
 *
 * @param kept the indices of the input's columns that stay
 * @param schema of the rows that come out
 * @param network layers and loss
 * @param targets what the network was trained for
 * @param classes the label's values by id, or empty
 */
@SuppressWarnings("ArrayRecordComponent")
record Predictions(
    int[] kept, StructType schema, Network network, Targets targets, List<Object> classes)
    implements Serializable {
  /**
   * Returns the columns for inputs of that schema.
   *
   * @param kept the names of those that stay
   * @param prefix what stands in front of the names of those that prediction adds
   */
  static Predictions of(
      StructType input,
      List<String> kept,
      Preprocessing preprocessing,
      Network network,
      String prefix) {
    int[] indices = kept.stream().mapToInt(input::fieldIndex).toArray();
    List<StructField> fields = new ArrayList<>();
    for (int index : indices) {
      fields.add(input.fields()[index]);
    }
    for (StructField added : added(preprocessing, network.output(), prefix)) {
      for (String name : kept) {
        // Spark does not tell names apart that differ in case alone.
        if (name.equalsIgnoreCase(added.name())) {
          throw InvarException.of(
              "the rows to predict",
              "no column \"" + added.name() + "\", which prediction adds",
              "\"" + name + "\"",
              "Put a prefix in front of what prediction adds (--prefix new_; of a program"
                  + " predict(rows, \"new_\")), or rename or drop the column.");
        }
      }
      fields.add(added);
    }
    ValueType values = preprocessing.labels().get(0).values();
    return new Predictions(
        indices,
        DataTypes.createStructType(fields),
        network,
        preprocessing.targets(),
        new ArrayList<>(preprocessing.classes().stream().map(values::value).toList()));
  }

  private static List<StructField> added(Preprocessing preprocessing, Type output, String prefix) {
    DataType number = DataTypes.DoubleType;
    DataType label = type(preprocessing);
    DataType prediction =
        switch (preprocessing.targets()) {
          case CLASSES, DISTRIBUTION -> output.sequence() ? array(label) : label;
          case BINARY -> label;
          case VALUES -> output.shape().size() == 1 ? number : array(number);
        };
    StructField first = field(prefix + "prediction", prediction);
    return switch (preprocessing.targets()) {
      case CLASSES, DISTRIBUTION ->
          List.of(
              first,
              field(
                  prefix + "probability",
                  output.sequence() ? array(array(number)) : array(number)));
      case BINARY -> List.of(first, field(prefix + "probability", number));
      case VALUES -> List.of(first);
    };
  }

  /** The type of the label's classes. */
  private static DataType type(Preprocessing preprocessing) {
    if (preprocessing.classes().isEmpty()) {
      return DataTypes.StringType;
    }
    return switch (preprocessing.labels().get(0).values()) {
      case WHOLE -> DataTypes.LongType;
      case NUMBER -> DataTypes.DoubleType;
      case BOOLEAN -> DataTypes.BooleanType;
      case TEXT, ID -> DataTypes.StringType;
    };
  }

  private static StructField field(String name, DataType type) {
    return DataTypes.createStructField(name, type, false);
  }

  private static DataType array(DataType element) {
    return DataTypes.createArrayType(element, false);
  }

  /** Returns a partition's rows with predictions, computed a block at a time. */
  Iterator<Row> of(Iterator<Row> rows, RowEncoder encoder, Weights weights) {
    Predictor predictor = new Predictor(network, weights);
    TaskContext task = TaskContext.get();
    if (task != null) {
      task.addTaskCompletionListener((TaskCompletionListener) ended -> predictor.close());
    }
    RowEncoder.PartitionFeatures partition = encoder.partition();
    int width = network.input().shape().size();
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
          lengths[batch.size()] = partition.next(row, features, batch.size() * width);
          batch.add(row);
        }
        predictor.outputs(
            Arrays.copyOf(features, batch.size() * width),
            batch.size(),
            network.input().time() == Time.RAGGED ? Arrays.copyOf(lengths, batch.size()) : null,
            outputs -> {
              for (int i = 0; i < batch.size(); i++) {
                ready.add(extended(batch.get(i), steps(outputs, i)));
              }
            });
      }
    };
  }

  /** Returns the outputs of a row's own steps. */
  private static double[][] steps(Value outputs, int row) {
    double[][] steps = new double[outputs.ownSteps(row)][outputs.units()];
    for (int step = 0; step < steps.length; step++) {
      outputs.read(row, step, steps[step]);
    }
    return steps;
  }

  private Row extended(Row row, double[][] output) {
    List<Object> values = new ArrayList<>();
    for (int index : kept) {
      values.add(row.get(index));
    }
    switch (targets) {
      case CLASSES, DISTRIBUTION -> {
        Object[] names = new Object[output.length];
        for (int step = 0; step < names.length; step++) {
          softmax(output[step]);
          names[step] = name(largest(output[step]));
        }
        boolean steps = network.output().sequence();
        values.add(steps ? names : names[0]);
        values.add(steps ? output : output[0]);
      }
      case BINARY -> {
        double logit = output[0][0];
        double probability = 1 / (1 + Math.exp(-logit));
        values.add(name(logit > 0 ? 1 : 0));
        values.add(probability);
      }
      case VALUES -> {
        double[] all = Arrays.stream(output).flatMapToDouble(Arrays::stream).toArray();
        values.add(network.output().shape().size() == 1 ? (Object) all[0] : all);
      }
    }
    return RowFactory.create(values.toArray());
  }

  private Object name(int id) {
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

  /** Makes logits the probabilities that they stand for. */
  private static void softmax(double[] logits) {
    double largest = logits[largest(logits)];
    double sum = 0;
    for (int i = 0; i < logits.length; i++) {
      logits[i] = Math.exp(logits[i] - largest);
      sum += logits[i];
    }
    for (int i = 0; i < logits.length; i++) {
      logits[i] /= sum;
    }
  }
}
