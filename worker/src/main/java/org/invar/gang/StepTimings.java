package org.invar.gang;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.Serializable;

/**
 * Where the time of a step went on one worker, in milliseconds.
 *
 * @param compute gradients of its shards
 * @param waiting for the scores of all other workers, which come when they have computed
 * @param reduce sums over workers of its slice, received and added
 * @param update of its slice by the averager
 * @param gather of everybody's new values
 * @param bytes sent to other workers
 */
public record StepTimings(
    double compute, double waiting, double reduce, double update, double gather, long bytes)
    implements Serializable {
  /** Returns the whole step. */
  public double millis() {
    return compute + waiting + reduce + update + gather;
  }

  void write(DataOutput out) throws IOException {
    for (double part : new double[] {compute, waiting, reduce, update, gather}) {
      out.writeDouble(part);
    }
    out.writeLong(bytes);
  }

  static StepTimings read(DataInput in) throws IOException {
    return new StepTimings(
        in.readDouble(),
        in.readDouble(),
        in.readDouble(),
        in.readDouble(),
        in.readDouble(),
        in.readLong());
  }
}
