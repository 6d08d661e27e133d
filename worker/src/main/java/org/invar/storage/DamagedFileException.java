package org.invar.storage;

import java.io.IOException;
import java.io.Serial;

/** A file that is not what was written: missing, of another length, with other bytes. */
public final class DamagedFileException extends IOException {
  @Serial private static final long serialVersionUID = 1;

  private final String place;
  private final String expected;
  private final String found;

  /** Makes a failure whose message has place, expected and found. */
  public DamagedFileException(String place, String expected, String found) {
    super(place + ": expected " + expected + ", found " + found);
    this.place = place;
    this.expected = expected;
    this.found = found;
  }

  /** Returns which file. */
  public String place() {
    return place;
  }

  /** Returns what was written. */
  public String expected() {
    return expected;
  }

  /** Returns what is there. */
  public String found() {
    return found;
  }
}
