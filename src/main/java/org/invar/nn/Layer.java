package org.invar.nn;

import java.io.Serializable;
import java.util.List;
import org.invar.tensor.Layout;
import org.invar.tensor.Parameters;
import org.invar.tensor.Type;
import org.invar.tensor.Value;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A differentiable function of a batch, as an immutable value of its hyperparameters: weights are
 * handed in.
 *
 * <p>A layer is used by many threads at once, each with its own tape. What forward must remember
 * for backward it pushes on the tape; backward pops it in reverse order. Implementations are
 * records, so that a job file can name them; a contract test comes with the project ({@code
 * LayerContract}).
 */
public interface Layer extends Serializable {
  /**
   * Returns the type of the output: its shape, and whether it is a sequence. {@link #forward} gives
   * values of that type.
   *
   * @throws IllegalArgumentException when the layer cannot take that input, naming expected and
   *     found
   */
  Type output(Type input);

  /** Returns the trainable tensors for inputs of that type, in a fixed order; none by default. */
  default List<Layout.Spec> parameters(Type input) {
    return List.of();
  }

  /** Returns the running state for inputs of that type, in a fixed order; none by default. */
  default List<Layout.Spec> state(Type input) {
    return List.of();
  }

  /**
   * Computes the output of a batch.
   *
   * <p>{@link Value#with} keeps what is known of time, whatever the shape, as {@link
   * Type#withShape} does in {@link #output}; containers refuse values of another time.
   *
   * @param x [rows, input shape], never changed
   * @param parameters this layer's entries and state
   * @param tape takes what backward needs, in training; a layer with state adds its batch's
   *     statistics to {@link Tape#statistics}
   * @return [rows, output shape]; x itself where nothing changes
   */
  Value forward(Value x, Parameters parameters, Tape tape);

  /**
   * Adds this layer's gradient and returns that of its input.
   *
   * @param dy the gradient of the loss's sum by the output [rows, output shape], never changed
   * @param parameters as in forward
   * @param gradient added to
   * @param tape the tape of forward; {@link Tape#wantsInputGradient()} says whether dx is read
   * @return dx [rows, input shape], or null when nobody reads it
   */
  @Nullable INDArray backward(INDArray dy, Parameters parameters, Parameters gradient, Tape tape);

  /** Returns the fewest rows of a shard's part of a batch with which this layer can train. */
  default int leastRows(Type input) {
    return 1;
  }

  /**
   * Returns about how many values a forward pass makes for one example, by which memory is planned:
   * by default its output's.
   */
  default long valuesPerRow(Type input) {
    return output(input).shape().size();
  }

  /** Returns the name of the kind of layer as a job file writes it, for example {@code conv2d}. */
  default String kind() {
    String name = getClass().getSimpleName();
    return Character.toLowerCase(name.charAt(0)) + name.substring(1);
  }
}
