package org.invar.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.invar.nn.Layer;
import org.invar.nn.Tape;
import org.invar.tensor.Parameters;
import org.invar.tensor.Type;
import org.invar.tensor.Value;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A layer that changes nothing, and hangs once, as native code does: no interrupt ends it.
 *
 * @param flag a file that whoever hangs creates; once it is there nobody hangs
 * @param evaluating whether it hangs in an evaluation or in a step
 */
public record Hang(String flag, boolean evaluating) implements Layer {
  private static final CountDownLatch RELEASE = new CountDownLatch(1);

  /** Hangs if nobody has before. */
  static void once(Path flag) {
    try {
      Files.createFile(flag);
    } catch (FileAlreadyExistsException e) {
      return;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    while (RELEASE.getCount() > 0) {
      try {
        RELEASE.await();
      } catch (InterruptedException e) {
        // Native code does not hear it.
      }
    }
  }

  /** Lets everybody in this process go on. */
  static void release() {
    RELEASE.countDown();
  }

  @Override
  public Type output(Type input) {
    return input;
  }

  @Override
  public Value forward(Value x, Parameters parameters, Tape tape) {
    if (tape.training() != evaluating) {
      once(Path.of(flag));
    }
    return x;
  }

  @Override
  public INDArray backward(INDArray dy, Parameters parameters, Parameters gradient, Tape tape) {
    return dy;
  }
}
