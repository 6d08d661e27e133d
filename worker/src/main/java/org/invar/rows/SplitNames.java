package org.invar.rows;

/** The names of the splits that executors know by themselves. */
public final class SplitNames {
  /** The split that is trained on. */
  public static final String TRAIN = "train";

  /** The split that decisions are taken from. */
  public static final String DEV = "dev";

  private SplitNames() {}
}
