package org.invar.nn;

import java.nio.FloatBuffer;
import org.invar.random.CounterRandom;
import org.invar.tensor.Parameters;
import org.invar.tensor.Type;
import org.invar.tensor.Value;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Inverted dropout: training zeroes each value with probability {@code rate} and divides the others
 * by 1 − rate; prediction changes nothing. Srivastava, Hinton, Krizhevsky, Sutskever,
 * Salakhutdinov, JMLR 15, 2014.
 *
 * @param rate in [0, 1)
 */
public record Dropout(double rate) implements Layer {
  private static final int DRAWN = 1024;

  /** Refuses rates outside [0, 1). */
  public Dropout {
    if (!(rate >= 0 && rate < 1)) {
      throw new IllegalArgumentException("rate=" + rate + " is not in [0, 1)");
    }
  }

  @Override
  public Type output(Type input) {
    return input;
  }

  @Override
  public Value forward(Value x, Parameters parameters, Tape tape) {
    if (!tape.training()) {
      return x;
    }
    INDArray values = x.array();
    INDArray factors = Nd4j.createUninitialized(DataType.FLOAT, values.shape(), 'c');
    fill(factors.data().asNioFloat(), Math.toIntExact(values.length()), tape.nextRandom());
    factors = factors.castTo(values.dataType());
    tape.push(factors);
    return x.with(values.mul(factors));
  }

  /** Writes 0 or 1 / (1 − rate) for each value, some at a time: activations are large. */
  private void fill(FloatBuffer factors, int length, CounterRandom random) {
    // nextFloat() < rate in whole numbers: random branches cost more than the arithmetic.
    int dropped = (int) Math.ceil(rate * 0x1p24);
    int kept = Float.floatToRawIntBits((float) (1 / (1 - rate)));
    int[] bits = new int[DRAWN];
    float[] mask = new float[DRAWN];
    for (int at = 0; at < length; at += DRAWN) {
      random.nextInts(bits);
      for (int i = 0; i < DRAWN; i++) {
        int all = ((bits[i] >>> 8) - dropped) >> 31; // All ones where the value is dropped.
        mask[i] = Float.intBitsToFloat(kept & ~all);
      }
      factors.put(mask, 0, Math.min(DRAWN, length - at));
    }
  }

  @Override
  public INDArray backward(INDArray dy, Parameters parameters, Parameters gradient, Tape tape) {
    return dy.mul(tape.pop());
  }
}
