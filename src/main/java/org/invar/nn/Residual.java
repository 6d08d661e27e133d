package org.invar.nn;

import java.util.ArrayList;
import java.util.List;
import org.invar.kernel.Activation;
import org.invar.tensor.Layout;
import org.invar.tensor.Parameters;
import org.invar.tensor.Type;
import org.invar.tensor.Value;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * activation(body(x) + shortcut(x)): He, Zhang, Ren, Sun 2016, <a
 * href="https://arxiv.org/abs/1512.03385">arXiv:1512.03385</a>.
 *
 * @param body the layers of the main path
 * @param shortcut the layers of the other path; empty for the identity
 * @param activation applied to the sum
 */
public record Residual(List<Layer> body, List<Layer> shortcut, Activation activation)
    implements Layer {
  /** Refuses an empty body. */
  public Residual {
    body = List.copyOf(body);
    shortcut = List.copyOf(shortcut);
    if (body.isEmpty()) {
      throw new IllegalArgumentException("body=[] has no layer");
    }
  }

  /** Returns a block with the identity as shortcut and relu behind the sum. */
  public static Residual of(List<Layer> body) {
    return new Residual(body, List.of(), Activation.RELU);
  }

  /** Returns this block with that shortcut. */
  public Residual withShortcut(List<Layer> shortcut) {
    return new Residual(body, shortcut, activation);
  }

  /** Returns this block with that activation. */
  public Residual withActivation(Activation activation) {
    return new Residual(body, shortcut, activation);
  }

  @Override
  public Type output(Type input) {
    Type main = Children.output("body", main(), input);
    Type side = shortcut.isEmpty() ? input : Children.output("shortcut", side(), input);
    if (!main.equals(side)) {
      throw new IllegalArgumentException(
          "expected body and shortcut to give one shape, found " + main + " and " + side);
    }
    return main;
  }

  @Override
  public List<Layout.Spec> parameters(Type input) {
    List<Layout.Spec> specs = new ArrayList<>(Children.inside("body", main().parameters(input)));
    if (!shortcut.isEmpty()) {
      specs.addAll(Children.inside("shortcut", side().parameters(input)));
    }
    return specs;
  }

  @Override
  public List<Layout.Spec> state(Type input) {
    List<Layout.Spec> specs = new ArrayList<>(Children.inside("body", main().state(input)));
    if (!shortcut.isEmpty()) {
      specs.addAll(Children.inside("shortcut", side().state(input)));
    }
    return specs;
  }

  @Override
  public Value forward(Value x, Parameters parameters, Tape tape) {
    Value through = main().forward(x, parameters.scope("body"), tape.scope("body"));
    Value around =
        shortcut.isEmpty()
            ? x
            : side().forward(x, parameters.scope("shortcut"), tape.scope("shortcut"));
    INDArray z = through.array().add(around.array());
    INDArray y = tape.kernels().activate(activation, z);
    tape.push(activation.needsInput() ? z : y);
    return through.with(y);
  }

  @Override
  public @Nullable INDArray backward(
      INDArray dy, Parameters parameters, Parameters gradient, Tape tape) {
    INDArray dz = tape.kernels().activateGradient(activation, tape.pop(), dy);
    INDArray around =
        shortcut.isEmpty() ? dz : back(side(), "shortcut", dz, parameters, gradient, tape);
    INDArray through = back(main(), "body", dz, parameters, gradient, tape);
    return through == null || around == null ? null : through.add(around);
  }

  @Override
  public long valuesPerRow(Type input) {
    return main().valuesPerRow(input)
        + (shortcut.isEmpty() ? 0 : side().valuesPerRow(input))
        + output(input).shape().size();
  }

  @Override
  public int leastRows(Type input) {
    return Math.max(main().leastRows(input), shortcut.isEmpty() ? 1 : side().leastRows(input));
  }

  private static @Nullable INDArray back(
      Layer path, String name, INDArray dz, Parameters parameters, Parameters gradient, Tape tape) {
    Tape scope = tape.scope(name).wantInputGradient(tape.wantsInputGradient());
    return path.backward(dz, parameters.scope(name), gradient.scope(name), scope);
  }

  private Sequential main() {
    return new Sequential(body);
  }

  private Sequential side() {
    return new Sequential(shortcut);
  }
}
