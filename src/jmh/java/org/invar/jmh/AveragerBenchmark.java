package org.invar.jmh;

import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.invar.optim.Adam;
import org.invar.optim.BlockUpdate;
import org.invar.optim.Momentum;
import org.invar.optim.Optimizer;
import org.invar.optim.ParameterAverager;
import org.invar.optim.RmsProp;
import org.invar.optim.Sgd;
import org.invar.optim.UpdateRule;
import org.invar.tensor.Initializer;
import org.invar.tensor.Layout;
import org.invar.tensor.Shape;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What the averager's update of a value takes on one thread, block after block of a slice. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class AveragerBenchmark {
  /** About as many values as the network mlp has. */
  private static final int LENGTH = 128 * ParameterAverager.BLOCK;

  /** The rule. */
  @Param({"adam", "rmsProp", "momentum", "sgd"})
  public String optimizer = "";

  private final float[] parameters = new float[ParameterAverager.BLOCK];
  private final float[] gradient = new float[ParameterAverager.BLOCK];
  private final float[] sum = new float[ParameterAverager.BLOCK];
  private @Nullable ParameterAverager averager;

  /** Makes the averager and a gradient. */
  @Setup(Level.Trial)
  public void make() {
    Optimizer rule =
        switch (optimizer) {
          case "adam" -> Adam.of();
          case "rmsProp" -> RmsProp.of();
          case "momentum" -> Momentum.of();
          case "sgd" -> new Sgd();
          default -> throw new IllegalArgumentException(optimizer);
        };
    Layout layout =
        Layout.of(
            List.of(Layout.Spec.decayed("vector", Shape.of(LENGTH), new Initializer.Zeros())));
    averager = ParameterAverager.of(layout, UpdateRule.of(rule));
    var random = new Random(1);
    for (int i = 0; i < gradient.length; i++) {
      gradient[i] = (float) random.nextGaussian();
    }
  }

  /** A step of all blocks, their gradient among it, which an update overwrites. */
  @Benchmark
  @OperationsPerInvocation(LENGTH)
  public Object update() {
    if (averager == null) {
      throw new IllegalStateException("not made");
    }
    averager.advance();
    BlockUpdate step = averager.byBlock(64, 1e-3, 0);
    for (int at = 0; at < LENGTH; at += ParameterAverager.BLOCK) {
      System.arraycopy(gradient, 0, sum, 0, sum.length);
      step.apply(at, parameters, sum);
    }
    return parameters;
  }
}
