package org.invar.source.text;

import java.io.Serializable;

/**
 * What is known of a place in a file, without what stands in front of it.
 *
 * @param offset in bytes
 * @param state of the grammar
 * @param line the line, from 1
 * @param last the byte in front of it, or −1
 */
record Cut(long offset, int state, long line, int last) implements Serializable {
  /** Returns the start of a file. */
  static Cut start() {
    return new Cut(0, Grammar.START, 1, -1);
  }
}
