package org.invar.kernel.onednn;

import java.util.Arrays;
import org.bytedeco.javacpp.FloatPointer;
import org.jspecify.annotations.Nullable;

/** Memory that lasts for one call, reused by the next: numbered pieces that only grow. */
final class Scratch implements AutoCloseable {
  /** The piece that a running primitive has; a reorder beside it ends before it begins. */
  static final int PRIMITIVE = 0;

  /** The first piece for everything else. */
  static final int FREE = 1;

  private static final int ALIGNMENT = 64;
  private @Nullable FloatPointer[] pieces = new FloatPointer[0];

  /** Returns the address of a piece of at least that many floats, with whatever is in it. */
  long at(int piece, long floats) {
    if (piece >= pieces.length) {
      pieces = Arrays.copyOf(pieces, piece + 1);
    }
    FloatPointer known = pieces[piece];
    long wanted = floats + ALIGNMENT / Float.BYTES;
    if (known == null || known.capacity() < wanted) {
      if (known != null) {
        pieces[piece] = null;
        known.close();
      }
      known = new FloatPointer(wanted);
      pieces[piece] = known;
    }
    return (known.address() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  @Override
  public void close() {
    for (FloatPointer piece : pieces) {
      if (piece != null) {
        piece.close();
      }
    }
    pieces = new FloatPointer[0];
  }
}
