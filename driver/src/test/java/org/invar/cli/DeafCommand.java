package org.invar.cli;

/** A command that hears no interrupt, as one that computes does before there are jobs. */
final class DeafCommand {
  private DeafCommand() {}

  /** Watches for signals, says so, and goes on for ever. */
  public static void main(String[] arguments) {
    Interruption.ofThisThread(System.err);
    System.out.println("ready");
    while (true) {
      Thread.onSpinWait();
    }
  }
}
