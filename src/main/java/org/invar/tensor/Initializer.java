package org.invar.tensor;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.invar.random.CounterRandom;

/**
 * How an entry of the parameters starts: a pure function of its shape and a random stream.
 *
 * <p>Fans follow the convention (receptive field …, in, out): a dense kernel [in, out] has fan-in
 * {@code in}; a conv2d kernel [height, width, in, out] has fan-in {@code height·width·in}.
 */
public sealed interface Initializer extends Serializable
    permits Initializer.He,
        Initializer.GlorotNormal,
        Initializer.GlorotUniform,
        Initializer.Lecun,
        Initializer.Orthogonal,
        Initializer.Zeros,
        Initializer.Constant,
        Initializer.Blocks {
  /**
   * Returns the initial values of an entry, row-major.
   *
   * @param shape the entry's shape
   * @param random the entry's own stream
   */
  float[] values(Shape shape, CounterRandom random);

  /** N(0, 2 / fan-in): He, Zhang, Ren, Sun 2015, arXiv:1502.01852. For relu. */
  record He() implements Initializer {
    @Override
    public float[] values(Shape shape, CounterRandom random) {
      return normal(shape, random, Math.sqrt(2.0 / fanIn(shape)));
    }
  }

  /** N(0, 2 / (fan-in + fan-out)): Glorot, Bengio 2010. For tanh and sigmoid. */
  record GlorotNormal() implements Initializer {
    @Override
    public float[] values(Shape shape, CounterRandom random) {
      return normal(shape, random, Math.sqrt(2.0 / (fanIn(shape) + fanOut(shape))));
    }
  }

  /** U(−a, a) with a = √(6 / (fan-in + fan-out)): Glorot, Bengio 2010. */
  record GlorotUniform() implements Initializer {
    @Override
    public float[] values(Shape shape, CounterRandom random) {
      double bound = Math.sqrt(6.0 / (fanIn(shape) + fanOut(shape)));
      float[] values = new float[shape.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) ((2 * random.nextDouble() - 1) * bound);
      }
      return values;
    }
  }

  /** N(0, 1 / fan-in): LeCun, Bottou, Orr, Müller 1998. For selu and linear units. */
  record Lecun() implements Initializer {
    @Override
    public float[] values(Shape shape, CounterRandom random) {
      return normal(shape, random, Math.sqrt(1.0 / fanIn(shape)));
    }
  }

  /**
   * Orthonormal rows or columns, whichever are fewer, times the gain: Saxe, McClelland, Ganguli
   * 2014, arXiv:1312.6120.
   *
   * @param gain the factor on the orthonormal matrix
   */
  record Orthogonal(double gain) implements Initializer {
    /** Returns the orthogonal initializer with gain 1. */
    public static Orthogonal of() {
      return new Orthogonal(1);
    }

    @Override
    public float[] values(Shape shape, CounterRandom random) {
      int columns = fanOutUnits(shape);
      int rows = shape.size() / columns;
      boolean transposed = rows < columns;
      double[][] basis = orthonormal(Math.min(rows, columns), Math.max(rows, columns), random);
      float[] values = new float[rows * columns];
      for (int r = 0; r < rows; r++) {
        for (int c = 0; c < columns; c++) {
          values[r * columns + c] = (float) (gain * (transposed ? basis[r][c] : basis[c][r]));
        }
      }
      return values;
    }
  }

  /** All zero. */
  record Zeros() implements Initializer {
    @Override
    public float[] values(Shape shape, CounterRandom random) {
      return new float[shape.size()];
    }
  }

  /**
   * All the same value.
   *
   * @param value the value
   */
  record Constant(double value) implements Initializer {
    /** Returns the initializer of that value. */
    public static Constant of(double value) {
      return new Constant(value);
    }

    @Override
    public float[] values(Shape shape, CounterRandom random) {
      float[] values = new float[shape.size()];
      Arrays.fill(values, (float) value);
      return values;
    }
  }

  /**
   * Blocks of columns side by side along the last axis, equally wide, each with its own values: the
   * gates of a recurrent layer.
   *
   * @param blocks at least one; their number divides the last dimension
   */
  record Blocks(List<Initializer> blocks) implements Initializer {
    /** Refuses an empty list. */
    public Blocks {
      blocks = List.copyOf(blocks);
      if (blocks.isEmpty()) {
        throw new IllegalArgumentException("blocks=[] has no block");
      }
    }

    /** Returns that many blocks, all alike. */
    public static Blocks alike(int blocks, Initializer each) {
      return new Blocks(Collections.nCopies(blocks, each));
    }

    @Override
    public float[] values(Shape shape, CounterRandom random) {
      int columns = shape.get(-1);
      int width = columns / blocks.size();
      if (width * blocks.size() != columns) {
        throw new IllegalArgumentException(
            "blocks=" + blocks + " do not divide the last dimension of shape " + shape);
      }
      List<Integer> dimensions = new ArrayList<>(shape.dimensions());
      dimensions.set(dimensions.size() - 1, width);
      float[] values = new float[shape.size()];
      for (int b = 0; b < blocks.size(); b++) {
        float[] block = blocks.get(b).values(new Shape(dimensions), random);
        for (int from = 0; from < block.length; from += width) {
          System.arraycopy(block, from, values, from * blocks.size() + b * width, width);
        }
      }
      return values;
    }
  }

  private static double fanIn(Shape shape) {
    return (double) shape.size() / fanOutUnits(shape);
  }

  private static double fanOut(Shape shape) {
    return shape.rank() < 2 ? shape.size() : (double) shape.size() / shape.get(-2);
  }

  private static int fanOutUnits(Shape shape) {
    return shape.rank() < 2 ? 1 : shape.get(-1);
  }

  private static float[] normal(Shape shape, CounterRandom random, double deviation) {
    float[] values = new float[shape.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (deviation * random.nextGaussian());
    }
    return values;
  }

  /** Modified Gram–Schmidt on normal vectors, each orthogonalized twice. */
  private static double[][] orthonormal(int vectors, int length, CounterRandom random) {
    double[][] basis = new double[vectors][length];
    for (int v = 0; v < vectors; v++) {
      for (int i = 0; i < length; i++) {
        basis[v][i] = random.nextGaussian();
      }
      for (int pass = 0; pass < 2; pass++) {
        for (int u = 0; u < v; u++) {
          double dot = 0;
          for (int i = 0; i < length; i++) {
            dot += basis[u][i] * basis[v][i];
          }
          for (int i = 0; i < length; i++) {
            basis[v][i] -= dot * basis[u][i];
          }
        }
      }
      double norm = 0;
      for (double value : basis[v]) {
        norm += value * value;
      }
      norm = Math.sqrt(norm);
      for (int i = 0; i < length; i++) {
        basis[v][i] /= norm;
      }
    }
    return basis;
  }
}
