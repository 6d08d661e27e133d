package org.invar.nn;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.invar.data.Batch;
import org.invar.loss.Loss;
import org.invar.loss.Outputs;
import org.invar.param.Layout;
import org.invar.param.Parameters;
import org.invar.param.Shape;
import org.nd4j.linalg.api.ndarray.INDArray;

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

  private static final int MOST_PREDICTION_ROWS = 256;
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
   * Returns how many rows are predicted at once: 256, or fewer where their layers' outputs would
   * take more than 128 MiB. A function of the network alone, since it may reach the last bit of a
   * score.
   */
  public int predictionRows() {
    long values = input.size() + valuesPerRow();
    return (int) Math.max(1, Math.min(MOST_PREDICTION_ROWS, MOST_PREDICTION_VALUES / values));
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
   * Returns the loss of a batch, without its gradient.
   *
   * @param tape for training or prediction; decides about dropout and statistics
   */
  public Outcome loss(Batch batch, Parameters parameters, Tape tape) {
    INDArray raw = forward(batch.features(), parameters, of(batch, tape));
    Outputs outputs = outputs(raw, tape);
    return new Outcome(loss.sum(outputs, batch.targets(), batch.weights(), null), outputs);
  }

  /**
   * Adds the gradient of the batch's loss sum, and returns the loss.
   *
   * @param gradient added to; its state part takes the rows' sum of the batch's statistics
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
