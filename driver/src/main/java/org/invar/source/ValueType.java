package org.invar.source;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * What the values of a column are: decided once, on the training source, and saved with the model,
 * whatever later files look like.
 */
public enum ValueType {
  /** Text as it stands in the file: "01" is not "1". Of a number, its shortest text. */
  TEXT,
  /** Whole numbers: 10, 10.0 and "10" are one. */
  WHOLE,
  /** Numbers, likewise. */
  NUMBER,
  /** False and true: also as text, in upper or lower case, and as 0 and 1. */
  BOOLEAN,
  /** Classes by id: numbers are ids, text is a class's name. */
  ID;

  /**
   * Returns what all spellings of one value share, and no other value does; null for what is no
   * value of this type.
   */
  @Nullable Object key(Object value) {
    return switch (this) {
      case TEXT -> text(value);
      case WHOLE, NUMBER -> Numerals.exact(value);
      case BOOLEAN -> truth(value);
      case ID -> {
        Object id = Numerals.exact(value);
        yield id == null ? value : id;
      }
    };
  }

  /** Returns a class of this type, by its name, as predictions have it. */
  public Object value(String name) {
    return switch (this) {
      case WHOLE -> new BigDecimal(name).longValueExact();
      case NUMBER -> Double.valueOf(name);
      case BOOLEAN -> Boolean.TRUE.equals(truth(name));
      case TEXT, ID -> name;
    };
  }

  /** Returns a value's text: as it stands, of a number the shortest. */
  static String text(Object value) {
    if (value instanceof Number) {
      BigDecimal exact = Numerals.exact(value);
      return exact == null ? value.toString() : Numerals.text(exact);
    }
    return value.toString();
  }

  /** Returns whether a value is a number, finite as a float64, or a boolean of a typed column. */
  static boolean isNumber(Object value) {
    if (value instanceof String text) {
      return !Double.isNaN(Numerals.parse(text));
    }
    return value instanceof Boolean
        || (value instanceof Number number && Double.isFinite(number.doubleValue()));
  }

  /** Returns a value as a boolean, or null for what is none. */
  static @Nullable Boolean truth(Object value) {
    if (value instanceof Boolean yes) {
      return yes;
    }
    if (value instanceof String text) {
      return text.equalsIgnoreCase("true")
          ? Boolean.TRUE
          : text.equalsIgnoreCase("false") ? Boolean.FALSE : truthOf(Numerals.exact(text));
    }
    return truthOf(Numerals.exact(value));
  }

  private static @Nullable Boolean truthOf(@Nullable BigDecimal number) {
    if (number == null) {
      return null;
    }
    return number.compareTo(BigDecimal.ONE) == 0
        ? Boolean.TRUE
        : number.signum() == 0 ? Boolean.FALSE : null;
  }
}
