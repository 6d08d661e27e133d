package org.invar.random;

/**
 * What a random stream is for: the first part of its key, so that no two uses ever share numbers.
 */
public enum Purpose {
  /** Initial values; key: entry. */
  INITIALIZATION(1),
  /** Order of a shard's rows; key: epoch, shard. */
  ORDER(2),
  /** Dropout and other noise inside a network; key: epoch, step, shard, layer. */
  LAYER(3),
  /** Augmentation of inputs; key: epoch, row. */
  AUGMENTATION(4),
  /** Which shard holds a row; key: the row's identity. */
  SHARD(5),
  /** Which split a row belongs to; key: the row's identity. */
  SPLIT(6),
  /** Values of hyperparameters; key: trial, setting. */
  SEARCH(7);

  private final long key;

  Purpose(long key) {
    this.key = key;
  }

  /** Returns the number that stands for the purpose in a key; it never changes between versions. */
  public long key() {
    return key;
  }
}
