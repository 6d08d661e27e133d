package org.invar.random;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CounterRandomTest {
  /** The known answers of the Random123 library's kat_vectors for philox4x32-10. */
  @Test
  void philoxGivesThePublishedAnswers() {
    int[] out = new int[4];
    CounterRandom.philox(0, 0, 0, 0, 0, 0, out, 0);
    assertArrayEquals(new int[] {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}, out);
    CounterRandom.philox(-1, -1, -1, -1, -1, -1, out, 0);
    assertArrayEquals(new int[] {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}, out);
    CounterRandom.philox(
        0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0, out, 0);
    assertArrayEquals(new int[] {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}, out);
  }

  @Test
  void aStreamIsAFunctionOfItsKey() {
    assertEquals(CounterRandom.of(1, 2, 3).nextLong(), CounterRandom.of(1, 2, 3).nextLong());
    long first = CounterRandom.of(1, 2, 3).nextLong();
    assertNotEquals(first, CounterRandom.of(1, 3, 2).nextLong());
    assertNotEquals(first, CounterRandom.of(2, 2, 3).nextLong());
    assertNotEquals(first, CounterRandom.of(1, 2, 3, 0).nextLong());
  }

  @Test
  void manyIntsAreThoseOfAsManyCalls() {
    for (int before = 0; before < 6; before++) {
      for (int length : new int[] {0, 1, 3, 4, 5, 8, 23}) {
        var one = CounterRandom.of(3, before);
        var many = CounterRandom.of(3, before);
        for (int i = 0; i < before; i++) {
          assertEquals(one.nextInt(), many.nextInt());
        }
        int[] values = new int[length];
        many.nextInts(values);
        assertArrayEquals(IntStream.generate(one::nextInt).limit(length).toArray(), values);
        assertEquals(one.nextInt(), many.nextInt());
      }
    }
  }

  @Test
  void uniformNumbersFillTheirRangeEvenly() {
    var random = CounterRandom.of(7);
    int[] counts = new int[10];
    double sum = 0;
    int draws = 100_000;
    for (int i = 0; i < draws; i++) {
      counts[random.nextInt(10)]++;
      float f = random.nextFloat();
      assertTrue(f >= 0 && f < 1);
      sum += random.nextDouble();
    }
    // Six standard deviations of a binomial count and of the mean of uniforms.
    for (int count : counts) {
      assertEquals(draws / 10.0, count, 6 * Math.sqrt(draws * 0.09));
    }
    assertEquals(0.5, sum / draws, 6 * Math.sqrt(1.0 / 12 / draws));
  }

  @Test
  void gaussiansHaveMeanZeroAndVarianceOne() {
    var random = CounterRandom.of(8);
    int draws = 100_000;
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < draws; i++) {
      double value = random.nextGaussian();
      sum += value;
      squares += value * value;
    }
    assertEquals(0, sum / draws, 6 / Math.sqrt(draws));
    assertEquals(1, squares / draws, 6 * Math.sqrt(2.0 / draws));
  }

  @Test
  void shuffleKeepsEveryElementAndMovesThemEvenly() {
    int[] firstPlace = new int[5];
    for (int trial = 0; trial < 10_000; trial++) {
      int[] elements = IntStream.range(0, 5).toArray();
      CounterRandom.of(9, trial).shuffle(elements);
      firstPlace[elements[0]]++;
      assertArrayEquals(new int[] {0, 1, 2, 3, 4}, IntStream.of(elements).sorted().toArray());
    }
    for (int count : firstPlace) {
      assertEquals(2000, count, 6 * Math.sqrt(10_000 * 0.16));
    }
  }

  @Test
  void boundsBelowOneAreRefused() {
    var random = CounterRandom.of(1);
    var e = assertThrows(IllegalArgumentException.class, () -> random.nextInt(0));
    assertEquals("bound=0 is not positive", e.getMessage());
  }
}
