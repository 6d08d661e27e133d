package org.invar.gang;

import static org.invar.gang.Messages.readDoubles;
import static org.invar.gang.Messages.readText;
import static org.invar.gang.Messages.writeDoubles;
import static org.invar.gang.Messages.writeText;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/** What the driver tells all workers of a gang to do, in the same order. */
public sealed interface Command {
  /**
   * Connect with each other.
   *
   * @param addresses of every worker, by rank
   */
  record Connect(List<InetSocketAddress> addresses) implements Command {
    /** Takes an unmodifiable copy. */
    public Connect {
      addresses = List.copyOf(addresses);
    }
  }

  /**
   * Take consecutive steps of one epoch.
   *
   * @param epoch counted from 0
   * @param batch the first mini-batch, counted from 0 in the epoch
   * @param step the first step, counted from 0 over the run
   * @param rates the learning rate of each step
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Steps(int epoch, long batch, long step, double[] rates) implements Command {}

  /** Score all rows of a split. */
  record Evaluate(String split) implements Command {}

  /** Keep a copy of the weights as they are, instead of one that was kept before. */
  record Keep() implements Command {}

  /** Compute with the kept weights from now on; no step follows. */
  record UseKept() implements Command {}

  /**
   * Write the slices of a checkpoint, while training goes on.
   *
   * @param directory a Hadoop path
   * @param weights what the names of the files of weights and moments begin with
   * @param kept what the names of the files of kept weights begin with, or empty to write none
   */
  record Save(String directory, String weights, String kept) implements Command {}

  /** The run is over. */
  record End() implements Command {}

  /** Returns the command as a message. */
  default byte[] encode() {
    return Messages.encode(this::write);
  }

  private void write(DataOutput out) throws IOException {
    if (this instanceof Connect connect) {
      out.writeByte(1);
      out.writeInt(connect.addresses.size());
      for (InetSocketAddress address : connect.addresses) {
        writeText(out, address.getHostString());
        out.writeInt(address.getPort());
      }
    } else if (this instanceof Steps steps) {
      out.writeByte(2);
      out.writeInt(steps.epoch);
      out.writeLong(steps.batch);
      out.writeLong(steps.step);
      writeDoubles(out, steps.rates);
    } else if (this instanceof Evaluate evaluate) {
      out.writeByte(3);
      writeText(out, evaluate.split);
    } else if (this instanceof Keep) {
      out.writeByte(4);
    } else if (this instanceof UseKept) {
      out.writeByte(5);
    } else if (this instanceof Save save) {
      out.writeByte(6);
      writeText(out, save.directory);
      writeText(out, save.weights);
      writeText(out, save.kept);
    } else {
      out.writeByte(7);
    }
  }

  /** Returns the command of a message. */
  static Command decode(byte[] message) throws IOException {
    return Messages.decode(message, Command::read);
  }

  private static Command read(DataInput in) throws IOException {
    byte kind = in.readByte();
    return switch (kind) {
      case 1 -> {
        List<InetSocketAddress> addresses = new ArrayList<>();
        for (int left = Messages.count(in, 2 * Integer.BYTES); left > 0; left--) {
          addresses.add(InetSocketAddress.createUnresolved(readText(in), in.readInt()));
        }
        yield new Connect(addresses);
      }
      case 2 -> new Steps(in.readInt(), in.readLong(), in.readLong(), readDoubles(in));
      case 3 -> new Evaluate(readText(in));
      case 4 -> new Keep();
      case 5 -> new UseKept();
      case 6 -> new Save(readText(in), readText(in), readText(in));
      case 7 -> new End();
      default -> throw new IOException("command " + kind + " is unknown");
    };
  }
}
