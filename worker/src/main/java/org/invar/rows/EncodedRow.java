package org.invar.rows;

/**
 * A row in its canonical bytes, by field: inputs, then targets, counted from 0 in their layout's
 * order. {@link RowCodec#decode} makes it.
 */
public final class EncodedRow {
  private final byte[] bytes;
  private final Stored[] stored;
  private final int[] starts;
  private final int[] counts;
  private final int weightAt;

  EncodedRow(byte[] bytes, Stored[] stored, int[] starts, int[] counts, int weightAt) {
    this.bytes = bytes;
    this.stored = stored;
    this.starts = starts;
    this.counts = counts;
    this.weightAt = weightAt;
  }

  /** Returns how many numbers the row has of a field; of a sequence those of its own steps. */
  public int count(int field) {
    return counts[field];
  }

  /** Returns number {@code i} of a field, as it was read; of a target, as float32 has it. */
  public double get(int field, int i) {
    Stored as = stored[field];
    return as.get(bytes, starts[field] + i * as.bytes);
  }

  /** Returns the example's weight. */
  public float weight() {
    return (float) Stored.FLOAT.get(bytes, weightAt);
  }

  /** Copies the numbers of an input of bytes. */
  void copy(int field, byte[] to, int at) {
    if (stored[field] != Stored.BYTE) {
      throw new IllegalArgumentException("field " + field + " is no input of bytes");
    }
    System.arraycopy(bytes, starts[field], to, at, counts[field]);
  }
}
