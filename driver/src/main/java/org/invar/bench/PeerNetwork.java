package org.invar.bench;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A network that other libraries are measured on, too, for inputs of Fashion-MNIST's shape: 28×28×1
 * bytes, 10 classes. {@code .github/bench/pytorch_bench.py} defines the same ones.
 *
 * @param name as {@code --workloads} takes it
 * @param layers as a job spells {@code model.layers}
 */
record PeerNetwork(String name, String layers) {
  /** The height and width of an input. */
  static final int SIDE = 28;

  /** The number of classes. */
  static final int CLASSES = 10;

  /** All of them. */
  static final List<PeerNetwork> ALL =
      List.of(
          new PeerNetwork(
              "mlp",
              """
              [flatten, dense: {units: 512, activation: relu}, dense: {units: 256, activation: relu}, dense: 10]"""),
          new PeerNetwork(
              "lenet",
              """
              [conv2d: {filters: 6, kernel: 5, padding: same, activation: tanh}, maxPool2d: 2,
               conv2d: {filters: 16, kernel: 5, activation: tanh}, maxPool2d: 2, flatten,
               dense: {units: 120, activation: tanh}, dense: {units: 84, activation: tanh}, dense: 10]"""),
          new PeerNetwork(
              "cnn",
              """
              [conv2d: {filters: 32, kernel: 3, padding: same, activation: relu},
               conv2d: {filters: 32, kernel: 3, padding: same, activation: relu}, maxPool2d: 2,
               conv2d: {filters: 64, kernel: 3, padding: same, activation: relu},
               conv2d: {filters: 64, kernel: 3, padding: same, activation: relu}, maxPool2d: 2, flatten,
               dense: {units: 128, activation: relu}, dense: 10]"""),
          new PeerNetwork("lstm", "[reshape: [28, 28], lstm: 128, dense: 10]"),
          new PeerNetwork("gru", "[reshape: [28, 28], gru: 128, dense: 10]"));

  /** Returns the network of that name, or null where there is none. */
  static @Nullable PeerNetwork named(String name) {
    return ALL.stream().filter(network -> network.name().equals(name)).findFirst().orElse(null);
  }
}
