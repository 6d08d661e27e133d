package org.invar.compute;

import java.nio.FloatBuffer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.invar.nn.Network;
import org.invar.tensor.Layout;
import org.invar.tensor.Parameters;
import org.invar.tensor.Weights;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Two flat vectors outside the heap: one value for each parameter, and behind them one for each
 * value of the state. Weights have this form, and so have their gradient and batch statistics.
 *
 * <p>Positions count through both vectors; a range lies in one of them. Ranges that do not overlap
 * may be read and written by several threads.
 */
public final class FlatPair implements Piece, AutoCloseable {
  private final Layout layout;
  private final Layout stateLayout;
  private final int parameters;
  private final int state;
  private final INDArray flat;
  private final INDArray flatState;
  private final FloatBuffer values;
  private final FloatBuffer stateValues;

  /** Makes vectors of zeros for a network. */
  public FlatPair(Network network) {
    this(network.layout(), network.stateLayout());
  }

  /** Makes vectors of zeros of those layouts. */
  public FlatPair(Layout layout, Layout stateLayout) {
    this.layout = layout;
    this.stateLayout = stateLayout;
    this.parameters = layout.length();
    this.state = stateLayout.length();
    this.flat = zeros(parameters);
    this.flatState = zeros(state);
    this.values = buffer(flat);
    this.stateValues = buffer(flatState);
  }

  /** ND4J has no empty vectors: one of length 0 gets one unused element. */
  private static INDArray zeros(int length) {
    if (length > MemoryNeed.MOST_PARAMETERS) {
      throw new IllegalArgumentException(
          "a network of "
              + length
              + " parameters; at most "
              + MemoryNeed.MOST_PARAMETERS
              + " fit one vector");
    }
    return Nd4j.zeros(DataType.FLOAT, Math.max(1, length));
  }

  private static FloatBuffer buffer(INDArray vector) {
    return new FloatPointer(vector.data().pointer()).asBuffer();
  }

  /** Returns views of the entries; each thread wants its own, which are made when they are used. */
  Parameters views() {
    return Parameters.of(flat, layout, flatState, stateLayout);
  }

  @Override
  public void read(int at, float[] to, int length) {
    read(at, to, 0, length);
  }

  /** Copies a range out, to some place of an array. */
  public void read(int at, float[] to, int offset, int length) {
    if (at < parameters) {
      values.get(at, to, offset, length);
    } else {
      stateValues.get(at - parameters, to, offset, length);
    }
  }

  /** Writes a range. */
  public void write(int at, float[] from, int offset, int length) {
    if (at < parameters) {
      values.put(at, from, offset, length);
    } else {
      stateValues.put(at - parameters, from, offset, length);
    }
  }

  /** Writes all values. */
  public void write(Weights weights) {
    values.put(0, weights.parameters());
    stateValues.put(0, weights.state());
  }

  /** Returns a copy of all values. */
  public Weights read() {
    var copy = new Weights(new float[parameters], new float[state]);
    values.get(0, copy.parameters());
    stateValues.get(0, copy.state());
    return copy;
  }

  /** Sets all values to zero. */
  void clear() {
    clear(flat);
    clear(flatState);
  }

  private static void clear(INDArray vector) {
    Pointer.memset(vector.data().pointer(), 0, vector.length() * Float.BYTES);
  }

  /** Adds the right vectors to these, element by element, and returns these. */
  FlatPair add(FlatPair right) {
    flat.addi(right.flat);
    flatState.addi(right.flatState);
    return this;
  }

  /** Returns whether the vectors are freed. */
  public boolean isClosed() {
    return flat.wasClosed();
  }

  /** Frees the vectors, of which nobody may have views any more. */
  @Override
  public void close() {
    flat.close();
    flatState.close();
  }
}
