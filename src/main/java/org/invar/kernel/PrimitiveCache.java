package org.invar.kernel;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The primitives that were made so far, by what they were made for.
 *
 * <p>It holds a bounded number, as shapes vary with the rows of a batch: the one that was not asked
 * for longest goes first, and is made anew when it is asked for again.
 */
final class PrimitiveCache implements AutoCloseable {
  private static final int MOST = 4096;

  /** What is kept from call to call. */
  interface Prepared extends AutoCloseable {
    @Override
    void close();
  }

  private final Map<Record, Prepared> prepared =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Record, Prepared> eldest) {
          if (size() <= MOST) {
            return false;
          }
          eldest.getValue().close();
          return true;
        }
      };

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
