package org.invar.search;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CancellationException;
import org.invar.nn.Layer;
import org.invar.nn.Tape;
import org.invar.tensor.Parameters;
import org.invar.tensor.Type;
import org.invar.tensor.Value;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A layer that changes nothing, and before which everybody waits until a file is there.
 *
 * @param file that opens it; each process that waits makes one that is named after it
 */
public record Gate(String file) implements Layer {
  private static final long LIMIT_SECONDS = 120;

  /** Returns how many processes have come to a closed gate. */
  static long waiting(Path file) {
    String name = file.getFileName() + "-";
    try (var all = Files.list(file.toAbsolutePath().getParent())) {
      return all.filter(each -> each.getFileName().toString().startsWith(name)).count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits until so many processes have come. */
  static void awaitWaiting(Path file, int processes) throws InterruptedException {
    long end = System.nanoTime() + LIMIT_SECONDS * 1_000_000_000L;
    while (waiting(file) < processes) {
      if (System.nanoTime() > end) {
        throw new AssertionError(waiting(file) + " have come to " + file);
      }
      Thread.sleep(10);
    }
  }

  @Override
  public Type output(Type input) {
    return input;
  }

  @Override
  public Value forward(Value x, Parameters parameters, Tape tape) {
    Path path = Path.of(file);
    if (Files.exists(path)) {
      return x;
    }
    long end = System.nanoTime() + LIMIT_SECONDS * 1_000_000_000L;
    try {
      Files.write(Path.of(file + "-" + ProcessHandle.current().pid()), new byte[0]);
      while (!Files.exists(path)) {
        if (System.nanoTime() > end) {
          throw new IllegalStateException(file + " has not come");
        }
        Thread.sleep(10);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted before " + file);
    }
    return x;
  }

  @Override
  public INDArray backward(INDArray dy, Parameters parameters, Parameters gradient, Tape tape) {
    return dy;
  }
}
