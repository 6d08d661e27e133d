package org.invar.train;

import java.util.List;
import org.invar.config.Vocabulary;
import org.invar.config.bind.Binder;
import org.invar.nn.Layer;
import org.invar.nn.Tape;
import org.invar.random.CounterRandom;
import org.invar.tensor.Parameters;
import org.invar.tensor.Type;
import org.invar.tensor.Value;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What augmentation does to pictures, as a layer of a user's own: training moves each one by up to
 * a pixel to the right or left, and adds noise; prediction changes nothing.
 *
 * @param noise the standard deviation of what is added to every value
 */
public record Shake(double noise) implements Layer {
  /** Returns the binder of jobs that name this layer, or {@link Hang}. */
  static Binder binder() {
    return Vocabulary.standard().register(Layer.class, List.of(Hang.class, Shake.class));
  }

  @Override
  public Type output(Type input) {
    return input;
  }

  @Override
  public Value forward(Value x, Parameters parameters, Tape tape) {
    if (!tape.training()) {
      return x;
    }
    CounterRandom random = tape.nextRandom();
    INDArray pictures = x.array();
    int[] shifts = new int[(int) pictures.size(0)];
    for (int row = 0; row < shifts.length; row++) {
      shifts[row] = random.nextInt(3) - 1;
    }
    float[] moved = shifted(pictures, shifts);
    for (int i = 0; i < moved.length; i++) {
      moved[i] += (float) (noise * random.nextGaussian());
    }
    for (int row = 0; row < shifts.length; row++) {
      shifts[row] = -shifts[row];
    }
    tape.push(Nd4j.createFromArray(shifts));
    return x.with(Nd4j.createFromArray(moved).reshape('c', pictures.shape()));
  }

  @Override
  public INDArray backward(INDArray dy, Parameters parameters, Parameters gradient, Tape tape) {
    float[] back = shifted(dy, tape.pop().toIntVector());
    return Nd4j.createFromArray(back).reshape('c', dy.shape());
  }

  /** Moves every picture [height, width, channels] of a batch; what moves in is zero. */
  private static float[] shifted(INDArray pictures, int[] shifts) {
    int channels = (int) pictures.size(3);
    int width = (int) pictures.size(2) * channels;
    int lines = (int) pictures.size(1);
    float[] from = pictures.dup('c').data().asFloat();
    float[] to = new float[from.length];
    for (int row = 0; row < shifts.length; row++) {
      int shift = shifts[row] * channels;
      for (int line = row * lines; line < (row + 1) * lines; line++) {
        for (int at = Math.max(0, shift); at < Math.min(width, width + shift); at++) {
          to[line * width + at] = from[line * width + at - shift];
        }
      }
    }
    return to;
  }
}
