package org.invar.source;

import java.util.Locale;

/** A part of a job's rows with one use. */
public enum Split {
  /** What gradients are computed from. */
  TRAIN,
  /** What decisions during training are taken from. */
  DEV,
  /** The last word. */
  TEST;

  /** Returns the name that people see: {@code train}, {@code dev}, {@code test}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Returns the name of a score of this split, for example {@code devAccuracy}. */
  public String score(String name) {
    return label() + Character.toUpperCase(name.charAt(0)) + name.substring(1);
  }
}
