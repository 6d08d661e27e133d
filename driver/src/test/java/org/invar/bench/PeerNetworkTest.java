package org.invar.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.LinkedHashMap;
import java.util.Map;
import org.invar.config.Job;
import org.invar.prepare.JobNetwork;
import org.invar.tensor.Shape;
import org.junit.jupiter.api.Test;

class PeerNetworkTest {
  /**
   * The counts that {@code .github/bench/pytorch_bench.py} states, less PyTorch's second bias where
   * its lstm has two for a gate.
   */
  @Test
  void theyHaveTheParametersOfTheNetworksThatOthersAreMeasuredOn() {
    Map<String, Integer> expected = new LinkedHashMap<>();
    expected.put("mlp", 535_818);
    expected.put("lenet", 61_706);
    expected.put("cnn", 467_818);
    expected.put("lstm", 81_674);
    expected.put("gru", 61_962);
    Map<String, Integer> found = new LinkedHashMap<>();
    PeerNetwork.ALL.forEach(network -> found.put(network.name(), parameters(network)));
    assertEquals(expected, found);
    assertNull(PeerNetwork.named("resnet"));
  }

  private static int parameters(PeerNetwork network) {
    String text =
        """
        name: peer
        data: {train: {format: idx, images: images, labels: labels}}
        model: {layers: %s}
        loss: softmaxCrossEntropy
        train: {epochs: 1, batchSize: 256, optimizer: adam, schedule: {constant: 0.001}}
        """
            .formatted(network.layers());
    Shape input = Shape.of(PeerNetwork.SIDE, PeerNetwork.SIDE, 1);
    return JobNetwork.of(Job.parse(text, "a test"), input).layout().length();
  }
}
