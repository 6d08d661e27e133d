package org.invar.config;

import java.util.List;
import org.invar.loss.Loss;
import org.invar.loss.MeanSquaredError;
import org.invar.loss.SoftmaxCrossEntropy;
import org.invar.nn.Dense;
import org.invar.nn.Flatten;
import org.invar.nn.Layer;
import org.invar.nn.zoo.Lenet5;
import org.invar.nn.zoo.Zoo;
import org.invar.source.DataSource;

/** The names that jobs may use for what is open to extension. */
public final class Vocabulary {
  private static final Binder STANDARD =
      Binder.of()
          .tagged(DataSource.class, "format")
          .register(Loss.class, List.of(SoftmaxCrossEntropy.class, MeanSquaredError.class))
          .register(Layer.class, List.of(Dense.class, Flatten.class))
          .register(Zoo.class, List.of(Lenet5.class));

  private Vocabulary() {}

  /** Returns the binder of everything that comes with Invar; register your own layers with it. */
  public static Binder standard() {
    return STANDARD;
  }
}
