package org.invar.bench;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.invar.compute.ComputeProbe;
import org.invar.nn.Layer;
import org.invar.nn.Network;
import org.invar.nn.Tape;
import org.invar.tensor.Layout;
import org.invar.tensor.Parameters;
import org.invar.tensor.Type;
import org.invar.tensor.Value;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Where one thread's time goes while it computes the gradient of a shard's part of a batch, in
 * milliseconds: medians over many batches.
 *
 * @param names of the layers
 * @param forward of each layer
 * @param backward of each layer; 0 where nobody needs it
 * @param data from packed bytes to the first layer
 * @param loss from the last layer's output to its gradient
 * @param rest what comes after the backward pass
 */
record LayerTimes(
    List<String> names,
    List<Double> forward,
    List<Double> backward,
    double data,
    double loss,
    double rest) {
  private static final int FEWEST = 5;

  /** Returns everything. */
  double millis() {
    return data + sum(forward) + loss + sum(backward) + rest;
  }

  static double sum(List<Double> millis) {
    return millis.stream().mapToDouble(Double::doubleValue).sum();
  }

  /**
   * Measures on the calling thread, for that long after as long a warm-up.
   *
   * @param shardRows the rows of the shard
   * @param batchRows the rows that a batch takes of it
   */
  static LayerTimes of(Network network, int shardRows, int batchRows, double seconds) {
    var clock = new Clock(network.layers().size());
    List<Layer> layers = new ArrayList<>();
    for (int i = 0; i < network.layers().size(); i++) {
      layers.add(new Timed(network.layers().get(i), i, clock));
    }
    var timed = new Network(network.input(), layers, network.loss());
    List<long[]> passes = new ArrayList<>();
    try (var probe = ComputeProbe.of(timed, shardRows, batchRows)) {
      take(probe, clock, seconds);
      passes.addAll(take(probe, clock, seconds));
    }
    return new LayerTimes(
        network.table().stream().map(Network.Row::name).toList(),
        clock.millis(passes, Clock.FORWARD),
        clock.millis(passes, Clock.FORWARD + layers.size()),
        Median.of(passes, pass -> pass[Clock.DATA] * 1e-6),
        Median.of(passes, pass -> pass[Clock.LOSS] * 1e-6),
        Median.of(passes, pass -> pass[Clock.REST] * 1e-6));
  }

  private static List<long[]> take(ComputeProbe probe, Clock clock, double seconds) {
    List<long[]> passes = new ArrayList<>();
    long start = System.nanoTime();
    while (passes.size() < FEWEST || System.nanoTime() - start < seconds * 1e9) {
      clock.begin();
      probe.pass();
      passes.add(clock.end());
    }
    return passes;
  }

  /** Counts the time of what is under way; used by one thread. */
  private static final class Clock implements Serializable {
    static final int DATA = 0;
    static final int LOSS = 1;
    static final int REST = 2;
    static final int FORWARD = 3;

    private final int layers;
    private long[] nanos = new long[0];
    private int underWay;
    private long since;

    Clock(int layers) {
      this.layers = layers;
    }

    void begin() {
      nanos = new long[FORWARD + 2 * layers];
      underWay = DATA;
      since = System.nanoTime();
    }

    void next(int what) {
      long now = System.nanoTime();
      nanos[underWay] += now - since;
      underWay = what;
      since = now;
    }

    long[] end() {
      next(REST);
      return nanos;
    }

    List<Double> millis(List<long[]> passes, int first) {
      List<Double> millis = new ArrayList<>();
      for (int i = 0; i < layers; i++) {
        int at = first + i;
        millis.add(Median.of(passes, pass -> pass[at] * 1e-6));
      }
      return millis;
    }
  }

  /** A layer that tells the clock when it begins and ends. */
  private record Timed(Layer layer, int index, Clock clock) implements Layer {
    @Override
    public Value forward(Value x, Parameters parameters, Tape tape) {
      clock.next(Clock.FORWARD + index);
      Value y = layer.forward(x, parameters, tape);
      clock.next(index == clock.layers - 1 ? Clock.LOSS : Clock.FORWARD + index);
      return y;
    }

    @Override
    public @Nullable INDArray backward(
        INDArray dy, Parameters parameters, Parameters gradient, Tape tape) {
      clock.next(Clock.FORWARD + clock.layers + index);
      INDArray dx = layer.backward(dy, parameters, gradient, tape);
      clock.next(Clock.REST);
      return dx;
    }

    @Override
    public Type output(Type input) {
      return layer.output(input);
    }

    @Override
    public List<Layout.Spec> parameters(Type input) {
      return layer.parameters(input);
    }

    @Override
    public List<Layout.Spec> state(Type input) {
      return layer.state(input);
    }

    @Override
    public int leastRows(Type input) {
      return layer.leastRows(input);
    }

    @Override
    public String kind() {
      return layer.kind();
    }
  }
}
