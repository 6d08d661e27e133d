package org.invar.score;

import java.util.List;
import org.invar.InvarException;
import org.invar.loss.Loss;
import org.invar.nn.Layer;
import org.invar.nn.Network;
import org.invar.source.Preprocessing;
import org.invar.tensor.Shape;

/**
 * A network as {@code architecture.yaml} has it. Whether its inputs are sequences, the
 * preprocessing says.
 *
 * @param input the shape of one example
 * @param layers from input to raw output
 * @param loss of the raw output
 */
record Architecture(Shape input, List<Layer> layers, Loss loss) {
  /** Returns what is written of a network. */
  static Architecture of(Network network) {
    return new Architecture(network.input().shape(), network.layers(), network.loss());
  }

  /**
   * Returns the network.
   *
   * @param lengths whether each row has a length of its own
   * @param place of the layers, for the message
   * @throws InvarException when layers, inputs and loss do not fit each other
   */
  Network network(boolean lengths, String place) {
    try {
      return new Network(Preprocessing.input(input, lengths), layers, loss);
    } catch (IllegalArgumentException e) {
      throw new InvarException(
          place + ": " + e.getMessage() + ". Take another copy of the model, or train it again.",
          e);
    }
  }
}
