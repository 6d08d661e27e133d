package org.invar.cli;

import java.io.PrintStream;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code invar predict DIR}. */
@Command(name = "predict", description = "Scores a trained model.")
final class PredictCommand implements Callable<Integer> {
  private final PrintStream out;

  PredictCommand(PrintStream out) {
    this.out = out;
  }

  @Override
  public Integer call() {
    out.println();
    return 0;
  }
}
