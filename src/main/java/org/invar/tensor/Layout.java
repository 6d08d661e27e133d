package org.invar.tensor;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.invar.random.CounterRandom;
import org.invar.random.Purpose;

/**
 * Which part of a flat vector holds which named tensor: entries one behind another, in order,
 * without gaps.
 *
 * @param entries the entries, by rising offset
 */
public record Layout(List<Layout.Entry> entries) {
  /**
   * A named tensor inside the flat vector.
   *
   * @param name the layer's path and the tensor's own name, for example {@code conv2d1.kernel};
   *     unique
   * @param offset where it starts in the flat vector, in elements
   * @param spec its shape, initial values and treatment
   */
  public record Entry(String name, int offset, Spec spec) {
    /** Returns the entry's shape. */
    public Shape shape() {
      return spec.shape();
    }

    /** Returns the first offset behind the entry, in elements. */
    public int end() {
      return offset + spec.shape().size();
    }
  }

  /**
   * A tensor that a layer asks for.
   *
   * @param name its name inside the layer, for example {@code kernel}
   * @param shape its shape
   * @param initializer its initial values
   * @param decayed whether L2 regularization and weight decay act on it: kernels yes, biases and
   *     norm parameters no
   * @param momentum for running state: the weight of its old value at an update; 0 for parameters
   * @param statistic for running state: how it follows from a batch; ROW_MEAN for parameters
   */
  public record Spec(
      String name,
      Shape shape,
      Initializer initializer,
      boolean decayed,
      double momentum,
      Statistic statistic) {
    /** Returns a tensor on which weight decay acts. */
    public static Spec decayed(String name, Shape shape, Initializer initializer) {
      return new Spec(name, shape, initializer, true, 0, Statistic.ROW_MEAN);
    }

    /** Returns a tensor on which weight decay does not act. */
    public static Spec plain(String name, Shape shape, Initializer initializer) {
      return new Spec(name, shape, initializer, false, 0, Statistic.ROW_MEAN);
    }

    /** Returns a running mean over rows: s = momentum · s + (1 − momentum) · batch. */
    public static Spec running(String name, Shape shape, Initializer initializer, double momentum) {
      return new Spec(name, shape, initializer, false, momentum, Statistic.ROW_MEAN);
    }

    /**
     * Returns the running mean (from 0) and biased variance (from 1) of channels, {@code mean},
     * {@code variance} and {@code count}.
     */
    public static List<Spec> moments(Shape channels, double momentum) {
      var zeros = new Initializer.Zeros();
      var ones = Initializer.Constant.of(1);
      Shape one = Shape.of(1);
      return List.of(
          new Spec("mean", channels, zeros, false, momentum, Statistic.MEAN),
          new Spec("variance", channels, ones, false, momentum, Statistic.VARIANCE),
          new Spec("count", one, zeros, false, 0, Statistic.COUNT));
    }

    /** Returns the same tensor as part of the layer of that name. */
    public Spec inside(String layer) {
      return new Spec(layer + "." + name, shape, initializer, decayed, momentum, statistic);
    }
  }

  /** How running state follows from what a batch's shards sum up. */
  public enum Statistic {
    /** The mean over rows; sums are over rows. */
    ROW_MEAN,
    /** The mean of channels; sums are of the distances from the running mean before the batch. */
    MEAN,
    /** Their biased variance, behind the mean; sums are of the same distances' squares. */
    VARIANCE,
    /** Behind both: how many values of each channel the sums, and the last batch, have. */
    COUNT
  }

  /** Refuses gaps, overlaps, equal names and more than 2³¹ − 1 elements. */
  public Layout {
    entries = List.copyOf(entries);
    Set<String> names = new HashSet<>();
    int end = 0;
    for (Entry entry : entries) {
      if (entry.offset() != end) {
        throw new IllegalArgumentException(
            "entry " + entry.name() + " starts at " + entry.offset() + ", expected " + end);
      }
      if (!names.add(entry.name())) {
        throw new IllegalArgumentException("two entries are named " + entry.name());
      }
      end = end(entry.offset(), entry.shape());
    }
  }

  /**
   * Returns the layout of the given tensors, one behind another.
   *
   * @throws IllegalArgumentException when they have more than 2³¹ − 1 elements together
   */
  public static Layout of(List<Spec> specs) {
    List<Entry> entries = new ArrayList<>();
    int offset = 0;
    for (Spec spec : specs) {
      entries.add(new Entry(spec.name(), offset, spec));
      offset = end(offset, spec.shape());
    }
    return new Layout(entries);
  }

  private static int end(int offset, Shape shape) {
    long end = (long) offset + shape.size();
    if (end > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "expected at most 2147483647 parameters in all, found at least " + end);
    }
    return (int) end;
  }

  /** Returns the length of the flat vector, in elements. */
  public int length() {
    return entries.isEmpty() ? 0 : entries.get(entries.size() - 1).end();
  }

  /**
   * Returns the initial flat vector.
   *
   * @param seed the run's seed; an entry's values depend on it, on the entry's position and on
   *     nothing else
   */
  public float[] initialValues(long seed) {
    float[] flat = new float[length()];
    for (int i = 0; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      var random = CounterRandom.of(seed, Purpose.INITIALIZATION.key(), i);
      float[] values = entry.spec().initializer().values(entry.shape(), random);
      System.arraycopy(values, 0, flat, entry.offset(), values.length);
    }
    return flat;
  }
}
