package org.invar.nn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.invar.kernel.Kernels;
import org.invar.random.CounterRandom;
import org.invar.random.Purpose;
import org.invar.tensor.Parameters;
import org.invar.tensor.Value;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What one pass of one batch through a network keeps: mode, kernels, the batch's place in the run,
 * and for every layer a stack of saved arrays and one of saved values.
 *
 * <p>A container hands each child the child's own scope, so a child's pushes and pops never meet
 * another's. One tape serves one thread and one batch.
 */
public final class Tape {
  /** What all scopes of a pass share. */
  private static final class Pass {
    final Kernels kernels;
    final boolean training;
    final long seed;
    final long[] place;
    final BiConsumer<String, INDArray> observer;
    int noisyLayers;

    Pass(
        Kernels kernels,
        boolean training,
        long seed,
        long[] place,
        BiConsumer<String, INDArray> observer) {
      this.kernels = kernels;
      this.training = training;
      this.seed = seed;
      this.place = place;
      this.observer = observer;
    }
  }

  private final Pass pass;
  private final String path;
  private final List<List<INDArray>> saved = new ArrayList<>();
  private final List<Value> values = new ArrayList<>();
  private final Map<String, Tape> scopes = new HashMap<>();
  private boolean wantsInputGradient;
  private @Nullable Parameters statistics;

  private Tape(Pass pass, String path) {
    this.pass = pass;
    this.path = path;
  }

  /** Returns a tape for a batch whose gradient is computed, at its place in the run. */
  public static Tape training(Kernels kernels, long seed, long epoch, long step, int shard) {
    long[] place = {Purpose.LAYER.key(), epoch, step, shard};
    return new Tape(new Pass(kernels, true, seed, place, (name, output) -> {}), "");
  }

  /** Returns a tape for prediction: nothing random, running statistics, nothing saved. */
  public static Tape inference(Kernels kernels) {
    return new Tape(new Pass(kernels, false, 0, new long[0], (name, output) -> {}), "");
  }

  /**
   * Returns a fresh tape at the same place that shows every layer's path and output to somebody.
   */
  public Tape observedBy(BiConsumer<String, INDArray> observer) {
    return new Tape(new Pass(pass.kernels, pass.training, pass.seed, pass.place, observer), "");
  }

  /** Returns the scope of a child layer. */
  public Tape scope(String child) {
    return scopes.computeIfAbsent(
        child,
        name -> {
          Tape scope = new Tape(pass, path.isEmpty() ? name : path + "." + name);
          scope.statistics = statistics == null ? null : statistics.scope(name);
          return scope;
        });
  }

  /** Returns the path of this scope's layer, as its tensors have it. */
  String path() {
    return path;
  }

  /** Returns the arithmetic to use. */
  public Kernels kernels() {
    return pass.kernels;
  }

  /** Returns whether this pass trains. */
  public boolean training() {
    return pass.training;
  }

  /** Saves an array for backward; nothing in inference. */
  public void push(INDArray array) {
    pushAll(List.of(array));
  }

  /** Saves arrays that belong together for backward; nothing in inference. */
  public void pushAll(List<INDArray> arrays) {
    if (pass.training) {
      saved.add(arrays);
    }
  }

  /** Saves a value for backward, apart from arrays; nothing in inference. */
  public void push(Value value) {
    if (pass.training) {
      values.add(value);
    }
  }

  /** Returns the value that this layer saved last, and forgets it. */
  public Value popValue() {
    return values.remove(values.size() - 1);
  }

  /** Returns the array that this layer saved last, and forgets it. */
  public INDArray pop() {
    return popAll().get(0);
  }

  /** Returns the arrays that this layer saved together last, and forgets them. */
  public List<INDArray> popAll() {
    return saved.remove(saved.size() - 1);
  }

  /** Returns whether somebody reads the input gradient of this scope's layer. */
  public boolean wantsInputGradient() {
    return wantsInputGradient;
  }

  /** Returns this scope, told whether somebody reads the input gradient of its layer. */
  public Tape wantInputGradient(boolean wanted) {
    wantsInputGradient = wanted;
    return this;
  }

  /**
   * Returns what this scope's layer adds its batch's statistics to, in forward: the state part
   * takes the sums that {@link org.invar.tensor.Layout.Statistic} has. Null when nobody collects
   * them.
   */
  public @Nullable Parameters statistics() {
    return statistics;
  }

  /** Returns this tape, fresh, told what to add the statistics of the pass to. */
  public Tape addStatisticsTo(Parameters sums) {
    statistics = sums;
    return this;
  }

  /**
   * Returns the random stream of the next layer that needs one: a function of seed, epoch, step,
   * shard and how many layers asked before in this pass.
   */
  public CounterRandom nextRandom() {
    long[] key = Arrays.copyOf(pass.place, pass.place.length + 1);
    key[key.length - 1] = pass.noisyLayers++;
    return CounterRandom.of(pass.seed, key);
  }

  /** Shows this scope's output to whoever observes the pass; containers call it for each child. */
  public void observe(INDArray output) {
    pass.observer.accept(path, output);
  }
}
