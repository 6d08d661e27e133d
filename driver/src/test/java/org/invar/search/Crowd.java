package org.invar.search;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.concurrent.Exchanger;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.invar.nn.Layer;
import org.invar.nn.Tape;
import org.invar.tensor.Parameters;
import org.invar.tensor.Type;
import org.invar.tensor.Value;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A layer that changes nothing, and for whose runs a process has memory one at a time: of two that
 * begin beside each other both fail. The first two are made to meet.
 */
public record Crowd() implements Layer {
  private static final int FIRST_SECONDS = 60;
  private static final Set<Crowd> SEEN = Collections.newSetFromMap(new IdentityHashMap<>());
  private static final Exchanger<Boolean> ANOTHER = new Exchanger<>();
  private static int failed;

  /** Returns how many runs have failed in this process. */
  static int failed() {
    synchronized (SEEN) {
      return failed;
    }
  }

  @Override
  public Type output(Type input) {
    return input;
  }

  @Override
  public Value forward(Value x, Parameters parameters, Tape tape) {
    int seconds;
    synchronized (SEEN) {
      if (!SEEN.add(this)) {
        return x;
      }
      seconds = failed == 0 ? FIRST_SECONDS : 1;
    }
    try {
      ANOTHER.exchange(true, seconds, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      return x;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return x;
    }
    synchronized (SEEN) {
      failed++;
    }
    throw new OutOfMemoryError("two at once");
  }

  @Override
  public INDArray backward(INDArray dy, Parameters parameters, Parameters gradient, Tape tape) {
    return dy;
  }
}
