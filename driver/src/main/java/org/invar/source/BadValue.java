package org.invar.source;

import org.invar.source.picture.BadPicture;
import org.jspecify.annotations.Nullable;

/** A value that cannot be used; whoever knows the row turns it into a message. */
final class BadValue extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String column;
  private final String remedy;
  private final String expected;

  /** Makes the failure of a column's value; without a stack, for it is caught where rows are. */
  BadValue(String column, String expected, @Nullable Object found) {
    super("expected " + expected + ", found " + RowPlace.shown(found), null, false, false);
    this.column = column;
    this.expected = expected;
    this.remedy = "Correct the row or leave it out.";
  }

  /** Makes the failure of a picture. */
  BadValue(String column, BadPicture picture) {
    super(picture.getMessage(), null, false, false);
    this.column = column;
    this.expected = picture.expected();
    this.remedy = picture.remedy();
  }

  /** Returns what is wrong, without the value: the same text for all rows of which it is. */
  String reason() {
    return "column " + column.replaceFirst("\\[\\d+]$", "") + ": expected " + expected;
  }

  /** Returns the column. */
  String column() {
    return column;
  }

  /** Returns what to do about it, a full sentence. */
  String remedy() {
    return remedy;
  }
}
