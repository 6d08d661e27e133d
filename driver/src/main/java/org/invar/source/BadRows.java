package org.invar.source;

/** What becomes of rows that cannot be used. */
public enum BadRows {
  /** The first one ends the run. */
  ERROR,
  /** They are left out, counted, and named beside the run. */
  SKIP;

  /** What a message about a bad row of a job's source ends with. */
  static final String REMEDY =
      " Or set data.badRows: skip, which leaves such rows out and counts them.";
}
