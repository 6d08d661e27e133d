package org.invar.cli;

import java.io.PrintStream;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code invar evaluate DIR}. */
@Command(name = "evaluate", description = "Scores a trained model.")
final class EvaluateCommand implements Callable<Integer> {
  private final PrintStream out;

  EvaluateCommand(PrintStream out) {
    this.out = out;
  }

  @Override
  public Integer call() {
    out.println();
    return 0;
  }
}
