package org.invar.kernel.onednn;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The primitives that were made so far, by what they were made for.
 *
 * <p>It holds a bounded number, as shapes vary with the rows of a batch: the one that was not asked
 * for longest is closed first, and made anew when it is asked for again. So the number is above
 * that of all that one call of a kernel asks for.
 */
final class PrimitiveCache implements AutoCloseable {
  /** Enough for many numbers of rows of a large network. */
  static final int MOST = 4096;

  /** Above what a call asks for: a recurrence takes some twenty. */
  static final int LEAST = 32;

  /** What is kept from call to call. */
  interface Prepared extends AutoCloseable {
    @Override
    void close();
  }

  private final int most;
  private final Map<Record, Prepared> prepared =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Record, Prepared> eldest) {
          if (size() <= most) {
            return false;
          }
          eldest.getValue().close();
          return true;
        }
      };

  /**
   * Makes an empty cache.
   *
   * @param most how many it holds, at least 1
   */
  PrimitiveCache(int most) {
    this.most = most;
  }

  /** Returns what was prepared for that key, made now if it is the first time. */
  @SuppressWarnings("unchecked")
  <P extends Prepared> P get(Record key, Supplier<P> maker) {
    Prepared known = prepared.get(key);
    if (known == null) {
      known = maker.get();
      prepared.put(key, known);
    }
    return (P) known;
  }

  @Override
  public void close() {
    prepared.values().forEach(Prepared::close);
    prepared.clear();
  }
}
