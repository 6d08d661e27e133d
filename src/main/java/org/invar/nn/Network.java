package org.invar.nn;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.invar.data.Batch;
import org.invar.kernel.Kernels;
import org.invar.loss.Loss;
import org.invar.loss.Outputs;
import org.invar.tensor.Layout;
import org.invar.tensor.Parameters;
import org.invar.tensor.Shape;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Layers for inputs of one shape, and the loss of their output: an immutable value without weights.
 *
 * @param input the shape of one example
 * @param layers from input to raw output
 * @param loss of the raw output
 */
public record Network(Shape input, List<Layer> layers, Loss loss) implements Serializable {
  /**
   * A line of the layer table.
   *
   * @param name the layer's name
   * @param output the shape of one example's output
   * @param parameters the number of trainable parameters
   */
  public record Row(String name, Shape output, int parameters) {}

  /**
   * The loss of a batch and the raw output behind it.
   *
   * @param lossSum Σ weight · loss over the rows
   * @param outputs raw, and which of them count
   */
  public record Outcome(double lossSum, Outputs outputs) {}

  /** A multiple of every number of rows that native products take at once (6 and 8). */
  private static final int MOST_PREDICTION_ROWS = 48;

  private static final long MOST_PREDICTION_VALUES = (128 << 20) / Float.BYTES;

  /**
   * Refuses layers that do not fit each other, the input or the loss.
   *
   * @throws IllegalArgumentException naming the layer, the shape expected and the shape found
   */
  public Network {
    layers = List.copyOf(layers);
    loss.check(new Sequential(layers).outputShape(input));
  }

  /** Returns the shape of one example's raw output. */
  public Shape output() {
    return body().outputShape(input);
  }

  /** Returns how many floats one example's targets have. */
  public int targetWidth() {
    return loss.targetWidth(output());
  }

  /** Returns the layout of the trainable parameters. */
  public Layout layout() {
    return Layout.of(body().parameters(input));
  }

  /** Returns the layout of the running state. */
  public Layout stateLayout() {
    return Layout.of(body().state(input));
  }

  /** Returns the fewest rows of a shard's part of a batch with which every layer can train. */
  public int leastRows() {
    return body().leastRows(input);
  }

  /** Returns whether some layer normalizes by statistics of a shard's part of a batch. */
  public boolean normalizesBatches() {
    return stateLayout().entries().stream()
        .anyMatch(entry -> entry.spec().statistic() == Layout.Statistic.MEAN);
  }

  /** Returns the largest momentum with which some layer averages its batches' statistics, or 0. */
  public double statisticsMomentum() {
    return stateLayout().entries().stream()
        .filter(entry -> entry.spec().statistic() == Layout.Statistic.MEAN)
        .mapToDouble(entry -> entry.spec().momentum())
        .max()
        .orElse(0);
  }

  /** Returns a line a layer, from input to output. */
  public List<Row> table() {
    Sequential body = body();
    List<Shape> shapes = body.shapes(input);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < layers.size(); i++) {
      int count = Layout.of(layers.get(i).parameters(shapes.get(i))).length();
      rows.add(new Row(body.names().get(i), shapes.get(i + 1), count));
    }
    return rows;
  }

  /** Returns about how many values all layers make for one example. */
  public long valuesPerRow() {
    return body().valuesPerRow(input);
  }

  /**
   * Returns how many rows are predicted at once, always: 48, or the largest of 24, 12, 6, 3, 1
   * whose layers' outputs take at most 128 MiB.
   *
   * <p>Kernels choose their code by the number of rows, and a row's last bits follow from the code.
   * So the number is a function of the network alone; and as nothing is left over when rows are
   * taken by sixes or eights, a row's place among them does not matter either.
   */
  public int predictionRows() {
    long values = input.size() + valuesPerRow();
    int rows = MOST_PREDICTION_ROWS;
    while (rows > 1 && rows * values > MOST_PREDICTION_VALUES) {
      rows /= 2;
    }
    return rows;
  }

  /**
   * Returns the raw output [rows, output shape].
   *
   * @param tape also says how long the rows' sequences are
   */
  public INDArray forward(INDArray features, Parameters parameters, Tape tape) {
    return body().forward(features, parameters, tape);
  }

  /**
   * Returns the outputs of examples in prediction: for each the same bits, whatever others are
   * beside it and however many.
   *
   * @param features [rows, input shape]
   * @param lengths how many steps of each row's sequence are its own, or null where all are
   * @throws IllegalArgumentException when there are more rows than {@link #predictionRows}
   */
  public Outputs predict(
      INDArray features, int @Nullable [] lengths, Parameters parameters, Kernels kernels) {
    int rows = Math.toIntExact(features.size(0));
    int block = predictionRows();
    if (rows > block) {
      throw new IllegalArgumentException("rows=" + rows + " of at most " + block);
    }
    Tape tape = Tape.inference(kernels);
    tape.withLengths(
        lengths == null ? null : padded(lengths, block), Math.toIntExact(features.size(1)));
    INDArray raw = forward(padded(features, block), parameters, tape);
    return outputs(raw, tape).first(rows);
  }

  /** The rows that are missing are copies of the first, which layers take as they take it. */
  private static INDArray padded(INDArray features, int block) {
    int rows = Math.toIntExact(features.size(0));
    if (rows == block) {
      return features;
    }
    INDArray[] parts = new INDArray[1 + block - rows];
    Arrays.fill(parts, features.get(NDArrayIndex.interval(0, 1)));
    parts[0] = features;
    return Nd4j.concat(0, parts);
  }

  private static int[] padded(int[] lengths, int block) {
    int[] padded = Arrays.copyOf(lengths, block);
    Arrays.fill(padded, lengths.length, block, lengths[0]);
    return padded;
  }

  /**
   * Returns the loss of at most {@link #predictionRows} examples in prediction; {@link #predict}
   * says what their outputs do not depend on.
   */
  public Outcome score(Batch batch, Parameters parameters, Kernels kernels) {
    Outputs outputs = predict(batch.features(), batch.lengths(), parameters, kernels);
    return new Outcome(loss.sum(outputs, batch.targets(), batch.weights(), null), outputs);
  }

  /**
   * Returns the loss of a batch, without its gradient.
   *
   * @param tape for training or prediction; decides about dropout and statistics
   */
  public Outcome loss(Batch batch, Parameters parameters, Tape tape) {
    INDArray raw = forward(batch.features(), parameters, of(batch, tape));
    Outputs outputs = outputs(raw, tape);
    return new Outcome(loss.sum(outputs, batch.targets(), batch.weights(), null), outputs);
  }

  /** Returns the loss of outputs that a batch has given, by the weights of the batch. */
  public Outcome lossOf(Batch batch, Outputs outputs) {
    return new Outcome(loss.sum(outputs, batch.targets(), batch.weights(), null), outputs);
  }

  /**
   * Adds the gradient of the batch's loss sum, and returns the loss.
   *
   * @param gradient added to; its state part takes the sums over the batch that {@link
   *     Layout.Statistic} has
   * @param tape a fresh one for training
   */
  public Outcome lossAndGradient(
      Batch batch, Parameters parameters, Parameters gradient, Tape tape) {
    Sequential body = body();
    INDArray raw = body.forward(batch.features(), parameters, of(batch, tape));
    Outputs outputs = outputs(raw, tape);
    double[] outputGradient = new double[outputs.values().length];
    double sum = loss.sum(outputs, batch.targets(), batch.weights(), outputGradient);
    body.backward(tape.kernels().like(raw, outputGradient), parameters, gradient, tape);
    return new Outcome(sum, outputs);
  }

  /**
   * Returns what a forward pass gave, and which of it counts.
   *
   * @param raw the raw output [rows, output shape]
   * @param tape of that pass
   * @throws IllegalArgumentException when outputs are sequences of other steps than those that the
   *     tape has lengths of
   */
  public Outputs outputs(INDArray raw, Tape tape) {
    int[] axes = Arrays.stream(raw.shape()).mapToInt(Math::toIntExact).toArray();
    Shape shape = Shape.of(Arrays.copyOfRange(axes, 1, axes.length));
    int[] lengths = shape.rank() == 2 ? tape.lengths(shape.get(0)) : null;
    return new Outputs(shape, axes[0], tape.kernels().values(raw), lengths);
  }

  private static Tape of(Batch batch, Tape tape) {
    return tape.withLengths(batch.lengths(), Math.toIntExact(batch.features().size(1)));
  }

  private Sequential body() {
    return new Sequential(layers);
  }
}
