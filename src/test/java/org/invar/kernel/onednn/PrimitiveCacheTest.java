package org.invar.kernel.onednn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.ArrayList;
import java.util.List;
import org.invar.kernel.onednn.PrimitiveCache.Prepared;
import org.junit.jupiter.api.Test;

class PrimitiveCacheTest {
  private record Key(String name) {}

  private final List<String> closed = new ArrayList<>();

  private Prepared get(PrimitiveCache cache, String name) {
    return cache.get(
        new Key(name),
        () ->
            new Prepared() {
              @Override
              public void close() {
                closed.add(name);
              }
            });
  }

  @Test
  void theOneThatWasNotAskedForLongestIsClosedAndMadeAnew() {
    try (var cache = new PrimitiveCache(2)) {
      Prepared a = get(cache, "a");
      Prepared b = get(cache, "b");
      assertSame(a, get(cache, "a"));
      get(cache, "c");
      assertEquals(List.of("b"), closed);
      assertSame(a, get(cache, "a"));
      assertNotSame(b, get(cache, "b"));
      assertEquals(List.of("b", "c"), closed);
    }
    assertEquals(List.of("b", "c", "a", "b"), closed);
  }
}
