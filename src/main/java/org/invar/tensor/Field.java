package org.invar.tensor;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * A named part of every row: an input of the network, or a target.
 *
 * @param name what it is known by in its row
 * @param dtype how each of its numbers is stored
 * @param type of its value; of sequences with the time of the longest row
 * @param along the ragged field whose lengths a row's value has too; null where it has lengths of
 *     its own, or none
 */
public record Field(String name, DType dtype, Type type, @Nullable String along)
    implements Serializable {
  /** Refuses what no row can hold. */
  public Field {
    if (type.time() == Time.MIXED || (along != null && type.time() != Time.RAGGED)) {
      throw new IllegalArgumentException(
          "field %s: expected %s, found %s"
              .formatted(
                  name,
                  along == null
                      ? "lengths that are known"
                      : "a ragged sequence, as it goes along with " + along,
                  type));
    }
  }

  /** Returns a field that has lengths of its own where it is ragged. */
  public static Field of(String name, DType dtype, Type type) {
    return new Field(name, dtype, type, null);
  }

  /** Returns whether each row's value has a length. */
  public boolean ragged() {
    return type.time() == Time.RAGGED;
  }

  /** Returns how many numbers a row's value has, or the longest one's. */
  public int width() {
    return type.shape().size();
  }

  /** Returns how many numbers a step of a sequence has. */
  public int step() {
    return type.shape().get(1);
  }

  /** Returns whether a row's value can be of that many numbers: of ragged ones, of whole steps. */
  public boolean holds(long count) {
    return ragged() ? count > 0 && count <= width() && count % step() == 0 : count == width();
  }
}
