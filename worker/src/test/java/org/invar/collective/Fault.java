package org.invar.collective;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Queue;
import java.util.stream.Collectors;

/** What goes wrong on an {@link InProcess} stream, once, at a byte of it. */
public sealed interface Fault {
  /** Returns the rank whose bytes suffer. */
  int from();

  /** Returns the rank to which they were on their way. */
  int to();

  /** Returns which byte of the stream, counted from 0. */
  long position();

  /** Bytes disappear. */
  record Drop(int from, int to, long position, int bytes) implements Fault {}

  /** A byte arrives with one of its bits flipped, bit 0 to 7. */
  record Corrupt(int from, int to, long position, int bit) implements Fault {}

  /** The stream rests for a while. */
  record Delay(int from, int to, long position, Duration pause) implements Fault {}

  /** Both directions of the connection end; earlier bytes arrive. */
  record Disconnect(int from, int to, long position) implements Fault {}

  /** Returns the faults of one stream, the earliest first. */
  static Queue<Fault> between(int from, int to, Fault... faults) {
    return Arrays.stream(faults)
        .filter(fault -> fault.from() == from && fault.to() == to)
        .sorted(Comparator.comparingLong(Fault::position))
        .collect(Collectors.toCollection(ArrayDeque::new));
  }
}
