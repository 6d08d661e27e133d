package org.invar.bench;

import java.util.List;

/**
 * A network of which a step's time is predicted.
 *
 * @param name as people know it
 * @param floats parameters and values of the state
 * @param megaMacs multiplications with addition of a forward pass over a sample, in millions; with
 *     the backward pass a step takes three times as many
 * @param samples of an executor in a step
 */
public record Workload(String name, int floats, double megaMacs, int samples) {
  /** What an executor is assumed to compute: 8 cores of 80 GFLOP/s. */
  static final double GIGAFLOPS = 640;

  /** What the predictions are for. */
  static final List<Workload> ALL =
      List.of(
          new Workload("LeNet-5", 61_706, 0.42, 256),
          new Workload("ResNet-50", 25_557_032 + 53_120, 4_100, 32),
          new Workload("VGG-16", 138_357_544, 15_500, 32));

  /** Returns the milliseconds of a step's gradients. */
  double computeMillis() {
    return 3 * 2 * megaMacs * samples / GIGAFLOPS;
  }
}
