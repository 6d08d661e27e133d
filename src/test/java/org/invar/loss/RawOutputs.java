package org.invar.loss;

import org.invar.tensor.Gradients;
import org.invar.tensor.Shape;
import org.invar.tensor.Time;
import org.invar.tensor.Value;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Outputs in float64, and where their gradient goes without rounding. */
public final class RawOutputs {
  private RawOutputs() {}

  /** Returns outputs that are no sequences. */
  public static Value of(int units, int rows, double... values) {
    return new Value(array(Shape.of(units).batch(rows), values), Time.NONE, null);
  }

  /** Returns outputs that are sequences, of those lengths where there are some. */
  public static Value steps(Shape shape, int[] lengths, double... values) {
    int rows = values.length / shape.size();
    Time time = lengths == null ? Time.FIXED : Time.RAGGED;
    return new Value(array(shape.batch(rows), values), time, lengths);
  }

  private static INDArray array(long[] shape, double[] values) {
    INDArray array = Nd4j.create(DataType.DOUBLE, shape);
    if (array.length() != values.length) {
      throw new IllegalArgumentException(values.length + " values, expected " + array.length());
    }
    for (int i = 0; i < values.length; i++) {
      array.data().put(i, values[i]);
    }
    return array;
  }

  /** Returns what writes the gradient of outputs, row-major. */
  public static Gradients into(Value outputs, double[] gradient) {
    return (row, step, from) ->
        System.arraycopy(
            from, 0, gradient, (row * outputs.steps() + step) * from.length, from.length);
  }
}
