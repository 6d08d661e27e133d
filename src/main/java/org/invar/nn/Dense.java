package org.invar.nn;

import java.util.ArrayList;
import java.util.List;
import org.invar.kernel.Activation;
import org.invar.tensor.Initializer;
import org.invar.tensor.Layout;
import org.invar.tensor.Parameters;
import org.invar.tensor.Shape;
import org.invar.tensor.Type;
import org.invar.tensor.Value;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * activation(x · kernel + bias): (features) → (units), or at every step of a sequence, with the
 * same weights, (time, features) → (time, units).
 *
 * @param units the number of outputs
 * @param activation applied to the sum
 * @param initializer of the kernel [features, units]
 * @param bias whether a bias [units], starting at zero, is added
 */
public record Dense(int units, Activation activation, Initializer initializer, boolean bias)
    implements Layer {
  /** Refuses fewer than one unit. */
  public Dense {
    Checks.positive("units", units);
  }

  /** Returns a linear layer with bias, He-initialized. */
  public static Dense of(int units) {
    return new Dense(units, Activation.IDENTITY, new Initializer.He(), true);
  }

  /** Returns this layer with that activation. */
  public Dense withActivation(Activation activation) {
    return new Dense(units, activation, initializer, bias);
  }

  /** Returns this layer with that initializer. */
  public Dense withInitializer(Initializer initializer) {
    return new Dense(units, activation, initializer, bias);
  }

  /** Returns this layer with or without a bias. */
  public Dense withBias(boolean bias) {
    return new Dense(units, activation, initializer, bias);
  }

  @Override
  public Type output(Type input) {
    Shape shape = input.shape();
    if (!input.sequence() && shape.rank() != 1) {
      throw new IllegalArgumentException(
          "expected a vector of features or a sequence of them, found shape "
              + shape
              + "; put flatten in front");
    }
    return input.withShape(input.sequence() ? Shape.of(shape.get(0), units) : Shape.of(units));
  }

  @Override
  public List<Layout.Spec> parameters(Type input) {
    List<Layout.Spec> specs = new ArrayList<>();
    specs.add(Layout.Spec.decayed("kernel", Shape.of(input.shape().get(-1), units), initializer));
    if (bias) {
      specs.add(Layout.Spec.plain("bias", Shape.of(units), new Initializer.Zeros()));
    }
    return specs;
  }

  @Override
  public Value forward(Value x, Parameters parameters, Tape tape) {
    INDArray kernel = parameters.get("kernel");
    INDArray rows = rows(x, x.array());
    tape.push(x);
    INDArray y =
        Affine.forward(
            activation,
            tape,
            fused ->
                tape.kernels().affine(rows, kernel, bias ? parameters.get("bias") : null, fused));
    return x.with(like(x, y));
  }

  @Override
  public @Nullable INDArray backward(
      INDArray dy, Parameters parameters, Parameters gradient, Tape tape) {
    boolean wanted = tape.wantsInputGradient();
    Value x = tape.popValue();
    INDArray dz = tape.kernels().activateGradient(activation, tape.pop(), rows(x, dy));
    tape.kernels()
        .affineGradient(
            rows(x, x.array()), dz, gradient.get("kernel"), bias ? gradient.get("bias") : null);
    return wanted
        ? like(x, tape.kernels().affineInputGradient(dz, parameters.get("kernel")))
        : null;
  }

  /** Every step of a sequence is a row of its own. */
  private static INDArray rows(Value x, INDArray values) {
    return x.sequence() ? values.reshape('c', -1, values.size(-1)) : values;
  }

  /** Returns rows as the sequences that they were made of. */
  private static INDArray like(Value x, INDArray rows) {
    INDArray steps = x.array();
    return x.sequence() ? rows.reshape('c', steps.size(0), steps.size(1), rows.size(1)) : rows;
  }
}
