package org.invar.train;

import java.util.List;
import org.invar.InvarException;
import org.invar.config.Job;
import org.invar.config.ModelSettings;
import org.invar.kernel.Activation;
import org.invar.loss.SoftmaxCrossEntropy;
import org.invar.nn.Activate;
import org.invar.nn.Dense;
import org.invar.nn.Layer;
import org.invar.nn.Network;
import org.invar.nn.Sequential;
import org.invar.param.Shape;

/** The network of a job, for examples of one shape; what does not fit is refused at its line. */
public final class JobNetwork {
  private JobNetwork() {}

  /**
   * Returns the network.
   *
   * @param job the job
   * @param features the shape of one example of the data
   * @throws InvarException naming file, line and layer, the shape expected and the shape found
   */
  public static Network of(Job job, Shape features) {
    ModelSettings model = job.settings().model();
    Shape input = model.input() == null ? features : model.input();
    if (input.size() != features.size()) {
      throw job.wrong(
          "model.input",
          "a shape of the data's " + features.size() + " features",
          input.toString(),
          "Leave model.input out to take the data's shape, " + features + ".");
    }
    List<Layer> layers = layers(model);
    Shape output = input;
    List<String> names = new Sequential(layers).names();
    for (int i = 0; i < layers.size(); i++) {
      String key = model.layers() == null ? "model.zoo" : "model.layers[" + i + "]";
      try {
        output = layers.get(i).outputShape(output);
      } catch (IllegalArgumentException e) {
        throw new InvarException(
            job.place(key) + ": layer " + names.get(i) + ": " + e.getMessage() + ".", e);
      }
    }
    checkLogits(job, layers.get(layers.size() - 1));
    try {
      return new Network(input, layers, job.settings().loss());
    } catch (IllegalArgumentException e) {
      throw new InvarException(job.place("loss") + ": " + e.getMessage() + ".", e);
    }
  }

  /** Returns the layers that a model's settings name. */
  static List<Layer> layers(ModelSettings model) {
    if (model.layers() != null) {
      return model.layers();
    }
    if (model.zoo() == null) {
      throw new IllegalArgumentException("a model without layers and zoo");
    }
    return model.zoo().layers();
  }

  /** The loss takes logits: a softmax in front of it would be applied twice. */
  private static void checkLogits(Job job, Layer last) {
    boolean softmax =
        (last instanceof Dense dense && dense.activation() == Activation.SOFTMAX)
            || (last instanceof Activate layer && layer.activation() == Activation.SOFTMAX);
    if (softmax && job.settings().loss() instanceof SoftmaxCrossEntropy) {
      throw job.wrong(
          "loss",
          "raw outputs in front of softmaxCrossEntropy, which applies the softmax itself",
          "a last layer with activation softmax",
          "Take the activation off the last layer.");
    }
  }
}
