package org.invar.nn;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.invar.data.Batch;
import org.invar.kernel.Kernels;
import org.invar.loss.Loss;
import org.invar.tensor.Gradients;
import org.invar.tensor.Layout;
import org.invar.tensor.Parameters;
import org.invar.tensor.Shape;
import org.invar.tensor.Type;
import org.invar.tensor.Value;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Layers for inputs of one type, and the loss of their output: an immutable value without weights.
 *
 * @param input what goes in
 * @param layers from input to raw output
 * @param loss of the raw output
 */
public record Network(Type input, List<Layer> layers, Loss loss) implements Serializable {
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
   * @param outputs raw; they live as long as what else the pass has made
   */
  public record Outcome(double lossSum, Value outputs) {}

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
    Type output = new Sequential(layers).output(input);
    if (output.sequence()) {
      requireOwnSteps(output);
    }
    loss.check(output);
  }

  /** Makes a network whose inputs are no sequences. */
  public Network(Shape input, List<Layer> layers, Loss loss) {
    this(Type.of(input), layers, loss);
  }

  private static void requireOwnSteps(Type output) {
    try {
      Checks.ownSteps(output);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("the output: " + e.getMessage(), e);
    }
  }

  /** Returns the type of the raw output. */
  public Type output() {
    return body().output(input);
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
    List<Type> types = body.types(input);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < layers.size(); i++) {
      int count = Layout.of(layers.get(i).parameters(types.get(i))).length();
      rows.add(new Row(body.names().get(i), types.get(i + 1).shape(), count));
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
    long values = input.shape().size() + valuesPerRow();
    int rows = MOST_PREDICTION_ROWS;
    while (rows > 1 && rows * values > MOST_PREDICTION_VALUES) {
      rows /= 2;
    }
    return rows;
  }

  /**
   * Returns the raw output.
   *
   * @param features [rows, input shape]
   * @throws IllegalArgumentException when they are sequences of another kind than the input
   */
  public Value forward(Value features, Parameters parameters, Tape tape) {
    if (features.time() != input.time()) {
      throw new IllegalArgumentException(
          "expected features of time=" + input.time() + ", found time=" + features.time());
    }
    return body().forward(features, parameters, tape);
  }

  /**
   * Returns the outputs of examples in prediction: for each the same bits, whatever others are
   * beside it and however many.
   *
   * @param features [rows, input shape]
   * @throws IllegalArgumentException when there are more rows than {@link #predictionRows}
   */
  public Value predict(Value features, Parameters parameters, Kernels kernels) {
    int rows = features.rows();
    int block = predictionRows();
    if (rows > block) {
      throw new IllegalArgumentException("rows=" + rows + " of at most " + block);
    }
    Tape tape = Tape.inference(kernels);
    return outputs(padded(features, block), parameters, tape).first(rows);
  }

  /** The rows that are missing are copies of the first, which layers take as they take it. */
  private static Value padded(Value features, int block) {
    INDArray array = features.array();
    int rows = features.rows();
    if (rows == block) {
      return features;
    }
    INDArray[] parts = new INDArray[1 + block - rows];
    Arrays.fill(parts, array.get(NDArrayIndex.interval(0, 1)));
    parts[0] = array;
    return new Value(Nd4j.concat(0, parts), features.time(), padded(features.lengths(), block));
  }

  private static int @Nullable [] padded(int @Nullable [] lengths, int block) {
    if (lengths == null) {
      return null;
    }
    int[] padded = Arrays.copyOf(lengths, block);
    Arrays.fill(padded, lengths.length, block, lengths[0]);
    return padded;
  }

  /**
   * Returns the loss of at most {@link #predictionRows} examples in prediction; {@link #predict}
   * says what their outputs do not depend on.
   */
  public Outcome score(Batch batch, Parameters parameters, Kernels kernels) {
    return lossOf(batch, predict(batch.features(), parameters, kernels));
  }

  /**
   * Returns the loss of a batch, without its gradient.
   *
   * @param tape for training or prediction; decides about dropout and statistics
   */
  public Outcome loss(Batch batch, Parameters parameters, Tape tape) {
    return lossOf(batch, outputs(batch.features(), parameters, tape));
  }

  /** Returns the loss of outputs that a batch has given, by the weights of the batch. */
  public Outcome lossOf(Batch batch, Value outputs) {
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
    Value outputs = outputs(batch.features(), parameters, tape.addStatisticsTo(gradient));
    INDArray all = outputs.array();
    Value zeros = outputs.with(Nd4j.zeros(all.dataType(), all.shape()));
    Gradients into = zeros::write;
    double sum = loss.sum(outputs, batch.targets(), batch.weights(), into);
    body().backward(zeros.array(), parameters, gradient, tape);
    return new Outcome(sum, outputs);
  }

  /** Returns the raw output as losses and metrics read it. */
  private Value outputs(Value features, Parameters parameters, Tape tape) {
    return forward(features, parameters, tape).dense();
  }

  private Sequential body() {
    return new Sequential(layers);
  }
}
