package org.invar.rows;

import java.io.Serializable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.invar.data.RowLayout;
import org.invar.tensor.DType;
import org.invar.tensor.Field;

/**
 * Rows of a layout to their canonical bytes, which their identity is the hash of, and back. All is
 * little-endian, with −0.0 written as 0.0:
 *
 * <ol>
 *   <li>each input: the bytes of a number (one byte), how many numbers (an int), the numbers.
 *       Numbers that will be float32 are float64 as they were read: they are rounded when rows are
 *       packed;
 *   <li>the numbers of each target, in float32; ids too, which may be no greater than {@link
 *       #MOST_ID} for it;
 *   <li>the weight, in float32;
 *   <li>the length of each ragged field that goes along with no other, an int.
 * </ol>
 *
 * <p>Of a sequence a row's own steps are written, none of the padding, so that a row is the same
 * row whatever the shape that others need.
 *
 * <p>Immutable, so any thread may use it.
 */
public final class RowCodec implements Serializable {
  private static final long serialVersionUID = 1;

  /** The greatest id that a target can be: all up to it are exact in float32. */
  public static final int MOST_ID = 1 << 24;

  /** The bytes in front of an input's numbers. */
  private static final int HEADER = 1 + Integer.BYTES;

  private final List<Field> fields;
  private final int inputs;
  private final Stored[] stored;

  /** Of each field the place of its length among those behind the weight; −1 without lengths. */
  private final int[] lengthOf;

  private final int lengths;

  /** Makes the codec of a layout's rows. */
  public RowCodec(RowLayout layout) {
    this.fields = List.copyOf(layout.fields());
    this.inputs = layout.inputs().size();
    this.stored = new Stored[fields.size()];
    this.lengthOf = new int[fields.size()];
    Map<String, Integer> places = new HashMap<>();
    for (int f = 0; f < fields.size(); f++) {
      Field field = fields.get(f);
      stored[f] = f < inputs ? Stored.input(field.dtype()) : Stored.FLOAT;
      String owner = field.along() == null ? field.name() : field.along();
      lengthOf[f] = field.ragged() ? places.computeIfAbsent(owner, own -> places.size()) : -1;
    }
    this.lengths = places.size();
  }

  /**
   * Returns a row's bytes.
   *
   * @param values of each field, inputs then targets
   * @param weight the example's weight
   * @throws IllegalArgumentException when values are not those of their fields
   */
  public byte[] encode(List<Values> values, float weight) {
    byte[] row = new byte[size(values)];
    int at = 0;
    int weightAt = row.length - Float.BYTES - Integer.BYTES * lengths;
    for (int f = 0; f < values.size(); f++) {
      Values field = values.get(f);
      if (f < inputs) {
        row[at] = (byte) stored[f].bytes;
        Stored.setInt(row, at + 1, field.count());
        at += HEADER;
      }
      at = write(field, stored[f], row, at);
      if (lengthOf[f] >= 0) {
        Stored.setInt(row, lengthAt(weightAt, f), field.count() / fields.get(f).step());
      }
    }
    Stored.FLOAT.set(row, weightAt, weight);
    return row;
  }

  private int lengthAt(int weightAt, int field) {
    return weightAt + Float.BYTES + Integer.BYTES * lengthOf[field];
  }

  /** Checks the values and returns how many bytes their row takes. */
  private int size(List<Values> values) {
    if (values.size() != fields.size()) {
      throw new IllegalArgumentException(
          values.size() + " values are no row of " + fields.size() + " fields");
    }
    int[] steps = new int[lengths];
    long size = Float.BYTES + (long) Integer.BYTES * lengths;
    for (int f = 0; f < values.size(); f++) {
      Field field = fields.get(f);
      Values found = values.get(f);
      boolean fits = found.dtype() == field.dtype() && field.holds(found.count());
      if (fits && lengthOf[f] >= 0) {
        int own = found.count() / field.step();
        fits = steps[lengthOf[f]] == 0 || steps[lengthOf[f]] == own;
        steps[lengthOf[f]] = own;
      }
      if (!fits || !exact(f, found)) {
        throw new IllegalArgumentException(
            "%d values of %s do not fit %s".formatted(found.count(), found.dtype(), field));
      }
      size += (f < inputs ? HEADER : 0) + (long) found.count() * stored[f].bytes;
    }
    return Math.toIntExact(size);
  }

  /** Returns whether ids that are targets stay what they are in float32. */
  private boolean exact(int field, Values values) {
    boolean exact = true;
    for (int i = 0; field >= inputs && values.dtype() == DType.INT32 && i < values.count(); i++) {
      exact &= Math.abs(values.get(i)) <= MOST_ID;
    }
    return exact;
  }

  private static int write(Values values, Stored stored, byte[] row, int from) {
    if (stored == Stored.BYTE && values instanceof Values.Bytes bytes) {
      System.arraycopy(bytes.of(), 0, row, from, bytes.count());
    } else {
      for (int i = 0; i < values.count(); i++) {
        stored.set(row, from + i * stored.bytes, values.get(i));
      }
    }
    return from + values.count() * stored.bytes;
  }

  /**
   * Returns the row of the bytes, which stay where they are. Whatever they say of lengths is
   * checked before it is believed.
   *
   * @throws IllegalArgumentException when they are not exactly one row of this layout
   */
  public EncodedRow decode(byte[] row) {
    int[] starts = new int[fields.size()];
    int[] counts = new int[fields.size()];
    int weightAt = row.length - Float.BYTES - Integer.BYTES * lengths;
    int at = 0;
    for (int f = 0; f < starts.length; f++) {
      int first = at + (f < inputs ? HEADER : 0);
      long count = first <= weightAt ? count(row, at, f, weightAt) : -1;
      long end = first + count * stored[f].bytes;
      if (!fields.get(f).holds(count) || end > weightAt) {
        throw refusal(row, "the values of " + fields.get(f).name());
      }
      starts[f] = first;
      counts[f] = (int) count;
      at = (int) end;
    }
    if (at != weightAt) {
      throw refusal(row, "their end");
    }
    return new EncodedRow(row, stored, starts, counts, weightAt);
  }

  /** The numbers that a row has of a field; −1 where an input's header says otherwise. */
  private long count(byte[] row, int at, int f, int weightAt) {
    long count =
        lengthOf[f] < 0
            ? fields.get(f).width()
            : (long) Stored.getInt(row, lengthAt(weightAt, f)) * fields.get(f).step();
    boolean told =
        f >= inputs || (row[at] == stored[f].bytes && Stored.getInt(row, at + 1) == count);
    return told ? count : -1;
  }

  private IllegalArgumentException refusal(byte[] row, String where) {
    return new IllegalArgumentException(
        row.length + " bytes are no row of " + fields + ", by " + where);
  }
}
