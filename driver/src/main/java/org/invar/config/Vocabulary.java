package org.invar.config;

import java.util.List;
import org.invar.config.bind.Binder;
import org.invar.loss.BinaryCrossEntropy;
import org.invar.loss.Loss;
import org.invar.loss.MeanSquaredError;
import org.invar.loss.SoftmaxCrossEntropy;
import org.invar.nn.Activate;
import org.invar.nn.AveragePool2d;
import org.invar.nn.BatchNorm;
import org.invar.nn.Bidirectional;
import org.invar.nn.Concat;
import org.invar.nn.Conv1d;
import org.invar.nn.Conv2d;
import org.invar.nn.Dense;
import org.invar.nn.Dropout;
import org.invar.nn.Flatten;
import org.invar.nn.GlobalAveragePool2d;
import org.invar.nn.Gru;
import org.invar.nn.Layer;
import org.invar.nn.Lstm;
import org.invar.nn.MaxOverTime;
import org.invar.nn.MaxPool2d;
import org.invar.nn.Reshape;
import org.invar.nn.Residual;
import org.invar.nn.Sequential;
import org.invar.nn.SimpleRnn;
import org.invar.nn.zoo.Lenet5;
import org.invar.nn.zoo.Zoo;
import org.invar.optim.Adam;
import org.invar.optim.AdamW;
import org.invar.optim.Momentum;
import org.invar.optim.Optimizer;
import org.invar.optim.RmsProp;
import org.invar.optim.Sgd;
import org.invar.source.DataSource;

/** The names that jobs may use for what is open to extension. */
public final class Vocabulary {
  private static final Binder STANDARD =
      Binder.of()
          .tagged(DataSource.class, "format")
          .register(
              Loss.class,
              List.of(SoftmaxCrossEntropy.class, BinaryCrossEntropy.class, MeanSquaredError.class))
          .register(
              Optimizer.class,
              List.of(Sgd.class, Momentum.class, RmsProp.class, Adam.class, AdamW.class))
          .register(
              Layer.class,
              List.of(
                  Dense.class,
                  Conv1d.class,
                  Conv2d.class,
                  MaxOverTime.class,
                  MaxPool2d.class,
                  AveragePool2d.class,
                  GlobalAveragePool2d.class,
                  Flatten.class,
                  Reshape.class,
                  SimpleRnn.class,
                  Gru.class,
                  Lstm.class,
                  Bidirectional.class,
                  Dropout.class,
                  BatchNorm.class,
                  Activate.class,
                  Sequential.class,
                  Residual.class,
                  Concat.class))
          .register(Zoo.class, List.of(Lenet5.class));

  private Vocabulary() {}

  /** Returns the binder of everything that comes with Invar; register your own layers with it. */
  public static Binder standard() {
    return STANDARD;
  }
}
