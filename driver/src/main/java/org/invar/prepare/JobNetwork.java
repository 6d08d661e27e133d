package org.invar.prepare;

import java.util.List;
import java.util.Locale;
import org.invar.InvarException;
import org.invar.compute.MemoryNeed;
import org.invar.config.Job;
import org.invar.config.ModelSettings;
import org.invar.kernel.Activation;
import org.invar.loss.TargetKind;
import org.invar.nn.Activate;
import org.invar.nn.Dense;
import org.invar.nn.Layer;
import org.invar.nn.Network;
import org.invar.nn.Sequential;
import org.invar.optim.UpdateRule;
import org.invar.source.Preprocessing;
import org.invar.source.Spelling;
import org.invar.tensor.Layout;
import org.invar.tensor.Shape;
import org.invar.tensor.Time;
import org.invar.tensor.Type;

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
    if (job.settings().data().lengths() && !input.equals(features)) {
      throw job.wrong(
          "model.input",
          "the data's shape, " + features + ", where data.lengths is true",
          input.toString(),
          "Leave model.input out.");
    }
    List<Layer> layers = layers(model);
    Type in = Preprocessing.input(input, job.settings().data().lengths());
    Type output = in;
    List<String> names = new Sequential(layers).names();
    for (int i = 0; i < layers.size(); i++) {
      String key = model.layers() == null ? "model.zoo" : "model.layers[" + i + "]";
      try {
        Type found = output;
        output = layers.get(i).output(found);
        Layout.of(layers.get(i).parameters(found)); // Too many are refused here, by layer.
      } catch (IllegalArgumentException e) {
        throw new InvarException(
            job.place(key) + ": layer " + names.get(i) + ": " + e.getMessage() + ".", e);
      }
    }
    checkLogits(job, layers.get(layers.size() - 1));
    checkBinary(job, output.shape());
    if (in.time() == Time.RAGGED && output.sequence() && output.time() != Time.RAGGED) {
      throw job.wrong(
          "model",
          "outputs at the " + input.get(0) + " steps of the data, where data.lengths is true",
          output.shape().toString(),
          "Change no number of steps (conv1d: padding same, stride 1) and mix none (flatten), or"
              + " end with one output a row.");
    }
    Network network;
    try {
      network = new Network(in, layers, job.settings().loss());
    } catch (IllegalArgumentException e) {
      throw new InvarException(job.place("loss") + ": " + e.getMessage() + ".", e);
    }
    checkLength(job, network);
    checkGroups(job, network.layout());
    return network;
  }

  /** All parameters are one vector. */
  private static void checkLength(Job job, Network network) {
    try {
      int most = Math.max(network.layout().length(), network.stateLayout().length());
      if (most > MemoryNeed.MOST_PARAMETERS) {
        throw new IllegalArgumentException(
            "expected at most %d parameters in all, found %d"
                .formatted(MemoryNeed.MOST_PARAMETERS, most));
      }
    } catch (IllegalArgumentException e) {
      throw new InvarException(
          job.place("model") + ": " + e.getMessage() + ". Take fewer or smaller layers.", e);
    }
  }

  /** Every group is of some parameter, and some parameter is trained. */
  private static void checkGroups(Job job, Layout layout) {
    UpdateRule rule = job.settings().train().rule();
    List<String> names = layout.entries().stream().map(Layout.Entry::name).toList();
    for (int group = 0; group < rule.groups().size(); group++) {
      if (rule.entries(layout, group).isEmpty()) {
        String match = rule.groups().get(group).match();
        boolean hidden = names.stream().anyMatch(rule.groups().get(group)::fits);
        throw job.wrong(
            "train.groups[" + group + "].match",
            hidden
                ? "a pattern of a parameter that no later group fits"
                : "a pattern of a parameter's name, such as " + nearest(match, names),
            match,
            hidden
                ? "Put wider patterns in front of narrower ones: the last that fits decides."
                : "A * stands for any characters.");
      }
    }
    if (!names.isEmpty() && rule.frozen(layout).size() == names.size()) {
      throw job.wrong(
          "train.groups",
          "a parameter that is trained",
          "all " + names.size() + " frozen",
          "Name what is trained in a later group, as in {match: '"
              + names.get(names.size() - 1).replaceFirst("[^.]*$", "*")
              + "'}.");
    }
  }

  private static String nearest(String match, List<String> names) {
    return names.isEmpty()
        ? "none, for there are no parameters"
        : String.join(
            ", ", Spelling.byDistance(match, names).subList(0, Math.min(4, names.size())));
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

  /** The losses take logits: what they apply themselves would be applied twice. */
  private static void checkLogits(Job job, Layer last) {
    Activation twice =
        switch (job.settings().loss().targetKind()) {
          case CLASSES, DISTRIBUTIONS -> Activation.SOFTMAX;
          case YES_OR_NO -> Activation.SIGMOID;
          case NUMBERS -> Activation.IDENTITY;
        };
    if (twice != Activation.IDENTITY && activation(last) == twice) {
      String name = twice.name().toLowerCase(Locale.ROOT);
      throw job.wrong(
          "loss",
          "raw outputs in front of a loss that applies the " + name + " itself",
          "a last layer with activation " + name,
          "Take the activation off the last layer.");
    }
  }

  private static Activation activation(Layer layer) {
    if (layer instanceof Sequential sequential) {
      return activation(sequential.layers().get(sequential.layers().size() - 1));
    }
    return layer instanceof Dense dense
        ? dense.activation()
        : layer instanceof Activate activate ? activate.activation() : Activation.IDENTITY;
  }

  /** Labels of a binary loss are one yes or no a row. */
  private static void checkBinary(Job job, Shape output) {
    if (job.settings().loss().targetKind() == TargetKind.YES_OR_NO && output.size() != 1) {
      throw job.wrong(
          "loss",
          "one output in front of a loss of yes or no",
          output.toString(),
          "End with dense: 1 behind one vector a row, or use softmaxCrossEntropy with an output a"
              + " class, of the row or of every step.");
    }
  }
}
