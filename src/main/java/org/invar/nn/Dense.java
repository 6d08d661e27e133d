package org.invar.nn;

import java.util.ArrayList;
import java.util.List;
import org.invar.kernel.Activation;
import org.invar.tensor.Initializer;
import org.invar.tensor.Layout;
import org.invar.tensor.Parameters;
import org.invar.tensor.Shape;
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
  public Shape outputShape(Shape input) {
    if (input.rank() != 1 && input.rank() != 2) {
      throw new IllegalArgumentException(
          "expected a vector of features or a sequence of them, found shape "
              + input
              + "; put flatten in front");
    }
    return input.rank() == 1 ? Shape.of(units) : Shape.of(input.get(0), units);
  }

  @Override
  public List<Layout.Spec> parameters(Shape input) {
    List<Layout.Spec> specs = new ArrayList<>();
    specs.add(Layout.Spec.decayed("kernel", Shape.of(input.get(-1), units), initializer));
    if (bias) {
      specs.add(Layout.Spec.plain("bias", Shape.of(units), new Initializer.Zeros()));
    }
    return specs;
  }

  @Override
  public INDArray forward(INDArray x, Parameters parameters, Tape tape) {
    INDArray kernel = parameters.get("kernel");
    INDArray rows = rows(x);
    tape.push(x);
    INDArray y =
        Affine.forward(
            activation,
            tape,
            fused ->
                tape.kernels().affine(rows, kernel, bias ? parameters.get("bias") : null, fused));
    return like(x, y);
  }

  @Override
  public @Nullable INDArray backward(
      INDArray dy, Parameters parameters, Parameters gradient, Tape tape) {
    boolean wanted = tape.wantsInputGradient();
    INDArray dz = tape.kernels().activateGradient(activation, tape.pop(), rows(dy));
    INDArray x = tape.pop();
    tape.kernels()
        .affineGradient(rows(x), dz, gradient.get("kernel"), bias ? gradient.get("bias") : null);
    return wanted
        ? like(x, tape.kernels().affineInputGradient(dz, parameters.get("kernel")))
        : null;
  }

  /** Every step of a sequence is a row of its own. */
  private static INDArray rows(INDArray x) {
    return x.rank() == 2 ? x : x.reshape('c', -1, x.size(-1));
  }

  /** Returns rows as the sequences that they were made of. */
  private static INDArray like(INDArray x, INDArray rows) {
    return x.rank() == 2 ? rows : rows.reshape('c', x.size(0), x.size(1), rows.size(1));
  }
}
