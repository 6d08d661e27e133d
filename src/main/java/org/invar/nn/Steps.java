package org.invar.nn;

import java.util.Arrays;
import org.invar.tensor.Value;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The steps of a batch of sequences [rows, time, features] that are the rows' own, by their
 * lengths.
 *
 * @param lengths of each row's sequence, in 1 … time
 * @param time the number of steps of the arrays
 */
@SuppressWarnings("ArrayRecordComponent")
record Steps(int[] lengths, int time) {
  /** Returns the steps of sequences: all of them where they have no lengths. */
  static Steps of(Value x) {
    int time = Math.toIntExact(x.array().size(1));
    if (x.lengths() != null) {
      return new Steps(x.lengths(), time);
    }
    int[] whole = new int[Math.toIntExact(x.array().size(0))];
    Arrays.fill(whole, time);
    return new Steps(whole, time);
  }

  /** Returns the sequences with zeros in the padding. */
  INDArray withoutPadding(INDArray sequences) {
    return product(mask(sequences, false), sequences);
  }

  /** Returns the sequences with that value in the padding. */
  INDArray padded(INDArray sequences, double value) {
    INDArray mask = mask(sequences, false);
    INDArray product = product(mask, sequences);
    return run("add", product, product, mask.rsub(1).muli(value));
  }

  /** Returns the own steps of all rows, one behind another [Σ lengths, features]. */
  INDArray own(INDArray sequences) {
    int[] from = new int[Arrays.stream(lengths).sum()];
    int next = 0;
    for (int row = 0; row < lengths.length; row++) {
      for (int t = 0; t < lengths[row]; t++) {
        from[next++] = row * time + t;
      }
    }
    return gather(sequences, from, from.length, sequences.size(2));
  }

  /** Returns sequences of these own steps, with zeros in the padding; the reverse of own. */
  INDArray spread(INDArray own) {
    int[] from = new int[lengths.length * time];
    int next = 0;
    for (int row = 0; row < lengths.length; row++) {
      for (int t = 0; t < time; t++) {
        from[row * time + t] = t < lengths[row] ? next++ : Math.toIntExact(own.size(0));
      }
    }
    INDArray zero = Nd4j.zeros(own.dataType(), 1, own.size(1));
    INDArray steps = Nd4j.concat(0, own, zero).reshape('c', 1, own.size(0) + 1, own.size(1));
    return gather(steps, from, lengths.length, time, own.size(1));
  }

  /** Returns each row's last own step [rows, features]. */
  INDArray last(INDArray sequences) {
    int[] at = new int[lengths.length];
    for (int row = 0; row < at.length; row++) {
      at[row] = row * time + lengths[row] - 1;
    }
    return gather(sequences, at, lengths.length, sequences.size(2));
  }

  /** Returns sequences of zeros but for each row's last own step; the reverse of {@link #last}. */
  INDArray onlyLast(INDArray steps) {
    return product(mask(steps, true), steps.reshape('c', steps.size(0), 1, steps.size(1)));
  }

  /** Returns the sequences with each row's own steps from last to first, and its padding behind. */
  INDArray reversed(INDArray sequences) {
    int[] from = new int[lengths.length * time];
    for (int row = 0; row < lengths.length; row++) {
      for (int t = 0; t < time; t++) {
        from[row * time + t] = row * time + (t < lengths[row] ? lengths[row] - 1 - t : t);
      }
    }
    return gather(sequences, from, sequences.shape());
  }

  /** 1 in a row's own steps, or in the last of them alone, [rows, time, 1]. */
  private INDArray mask(INDArray like, boolean lastAlone) {
    float[] ones = new float[lengths.length * time];
    for (int row = 0; row < lengths.length; row++) {
      for (int t = lastAlone ? lengths[row] - 1 : 0; t < lengths[row]; t++) {
        ones[row * time + t] = 1;
      }
    }
    return Nd4j.createFromArray(ones).castTo(like.dataType()).reshape('c', -1, time, 1);
  }

  private static INDArray product(INDArray mask, INDArray values) {
    long[] shape = {mask.size(0), mask.size(1), values.size(2)};
    INDArray product = Nd4j.createUninitialized(values.dataType(), shape, 'c');
    return run("multiply", product, mask, values);
  }

  private static INDArray gather(INDArray sequences, int[] from, long... shape) {
    INDArray steps = sequences.reshape('c', -1, sequences.size(2));
    INDArray gathered =
        Nd4j.createUninitialized(
            sequences.dataType(), new long[] {from.length, sequences.size(2)}, 'c');
    return run("gather", gathered, steps, Nd4j.createFromArray(from)).reshape('c', shape);
  }

  private static INDArray run(String operation, INDArray output, INDArray... inputs) {
    Nd4j.exec(DynamicCustomOp.builder(operation).addInputs(inputs).addOutputs(output).build());
    return output;
  }
}
