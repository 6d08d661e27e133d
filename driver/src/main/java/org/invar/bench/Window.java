package org.invar.bench;

/**
 * A part of a run whose speed was measured.
 *
 * @param end in seconds since 1970
 * @param seconds that it took
 * @param samplesPerSecond of training
 */
record Window(double end, double seconds, double samplesPerSecond) {}
