package org.invar.source;

/** What becomes of rows that cannot be used. */
public enum BadRows {
  /** The first one ends the run. */
  ERROR,
  /** They are left out, counted, and named beside the run. */
  SKIP
}
