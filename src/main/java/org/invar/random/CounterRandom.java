package org.invar.random;

/**
 * A stream of random numbers that is a pure function of its key: Philox4x32-10.
 *
 * <p>Two streams with the same seed and the same key give the same numbers on any machine, in any
 * thread, in any order of creation. An instance is not safe for use by several threads; make one
 * per stream instead.
 *
 * <p>Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011, <a
 * href="https://doi.org/10.1145/2063384.2063405">doi:10.1145/2063384.2063405</a>.
 */
public final class CounterRandom {
  private static final int MULTIPLIER_0 = 0xD2511F53;
  private static final int MULTIPLIER_1 = 0xCD9E8D57;
  private static final int WEYL_0 = 0x9E3779B9;
  private static final int WEYL_1 = 0xBB67AE85;
  private static final int ROUNDS = 10;

  private final long key;
  private final long stream;
  private final int[] block = new int[4];
  private long counter;
  private int used = 4;

  private CounterRandom(long key, long stream) {
    this.key = key;
    this.stream = stream;
  }

  /**
   * Returns the stream of a seed and a key.
   *
   * @param seed the run's seed
   * @param path what the stream is for: its purpose first, then epoch, step, shard, layer and the
   *     like
   */
  public static CounterRandom of(long seed, long... path) {
    long first = mix(seed);
    long second = mix(seed ^ 0x6A09E667F3BCC909L);
    for (long part : path) {
      first = mix(first ^ mix(part));
      second = mix(second + mix(part ^ 0xBB67AE8584CAA73BL));
    }
    return new CounterRandom(first, second);
  }

  /** Returns the next 32 random bits. */
  public int nextInt() {
    if (used == block.length) {
      nextBlock(block, 0);
      used = 0;
    }
    return block[used++];
  }

  /** Fills an array with what as many calls of {@link #nextInt()} would return. */
  public void nextInts(int[] values) {
    int at = 0;
    while (at < values.length && used < block.length) {
      values[at++] = block[used++];
    }
    for (; at <= values.length - block.length; at += block.length) {
      nextBlock(values, at);
    }
    while (at < values.length) {
      values[at++] = nextInt();
    }
  }

  private void nextBlock(int[] out, int at) {
    philox(
        (int) counter,
        (int) (counter >>> 32),
        (int) stream,
        (int) (stream >>> 32),
        (int) key,
        (int) (key >>> 32),
        out,
        at);
    counter++;
  }

  /** Returns the next 64 random bits. */
  public long nextLong() {
    long high = nextInt();
    return high << 32 | (nextInt() & 0xFFFFFFFFL);
  }

  /** Returns a uniform float in [0, 1), a multiple of 2⁻²⁴. */
  public float nextFloat() {
    return (nextInt() >>> 8) * 0x1p-24f;
  }

  /** Returns a uniform double in [0, 1), a multiple of 2⁻⁵³. */
  public double nextDouble() {
    return (nextLong() >>> 11) * 0x1p-53;
  }

  /**
   * Returns a uniform int in [0, bound), without bias (Lemire's multiplication with rejection).
   *
   * @param bound at least 1
   */
  public int nextInt(int bound) {
    if (bound < 1) {
      throw new IllegalArgumentException("bound=" + bound + " is not positive");
    }
    long product = (nextInt() & 0xFFFFFFFFL) * bound;
    long low = product & 0xFFFFFFFFL;
    if (low < bound) {
      long threshold = (0x100000000L - bound) % bound;
      while (low < threshold) {
        product = (nextInt() & 0xFFFFFFFFL) * bound;
        low = product & 0xFFFFFFFFL;
      }
    }
    return (int) (product >>> 32);
  }

  /** Returns a standard normal double (Box and Muller's cosine branch, by StrictMath). */
  public double nextGaussian() {
    double radius = Math.sqrt(-2 * StrictMath.log(1 - nextDouble()));
    return radius * StrictMath.cos(2 * Math.PI * nextDouble());
  }

  /** Puts the elements into a uniformly random order (Fisher and Yates). */
  public void shuffle(int[] elements) {
    for (int i = elements.length - 1; i > 0; i--) {
      int j = nextInt(i + 1);
      int swapped = elements[i];
      elements[i] = elements[j];
      elements[j] = swapped;
    }
  }

  /** Philox4x32-10 of one counter under one key, into {@code out} from {@code at} on. */
  static void philox(int c0, int c1, int c2, int c3, int k0, int k1, int[] out, int at) {
    for (int round = 0; round < ROUNDS; round++) {
      long product0 = (MULTIPLIER_0 & 0xFFFFFFFFL) * (c0 & 0xFFFFFFFFL);
      long product1 = (MULTIPLIER_1 & 0xFFFFFFFFL) * (c2 & 0xFFFFFFFFL);
      int next0 = (int) (product1 >>> 32) ^ c1 ^ k0;
      int next2 = (int) (product0 >>> 32) ^ c3 ^ k1;
      c1 = (int) product1;
      c3 = (int) product0;
      c0 = next0;
      c2 = next2;
      k0 += WEYL_0;
      k1 += WEYL_1;
    }
    out[at] = c0;
    out[at + 1] = c1;
    out[at + 2] = c2;
    out[at + 3] = c3;
  }

  /** SplitMix64's finalizer: every input bit reaches every output bit. */
  private static long mix(long z) {
    z += 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
