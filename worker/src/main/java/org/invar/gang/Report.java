package org.invar.gang;

import static org.invar.gang.Messages.readDoubles;
import static org.invar.gang.Messages.readSparse;
import static org.invar.gang.Messages.readText;
import static org.invar.gang.Messages.writeDoubles;
import static org.invar.gang.Messages.writeSparse;
import static org.invar.gang.Messages.writeText;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.invar.storage.Json;
import org.invar.storage.SliceFile;
import org.invar.tensor.SumTree;
import org.jspecify.annotations.Nullable;

/** What a worker of a gang tells the driver. */
public sealed interface Report {
  /**
   * The worker has its shards and its place.
   *
   * @param address where its peers reach it
   */
  record Ready(InetSocketAddress address) implements Report {}

  /** The worker is connected with all others and will take steps. */
  record Connected() implements Report {}

  /**
   * The worker's process runs; said first, and every second.
   *
   * @param executor Spark's id of the process
   * @param passes how many passes over rows of a shard it has completed so far; whoever has to
   *     compute and says the same number for long hangs
   */
  record Alive(String executor, long passes) implements Report {}

  /**
   * Steps were taken; the worker of rank 0 says so, some at once where they are short.
   *
   * @param steps in their order
   */
  record Progress(List<Stepped> steps) implements Report {
    /** Takes an unmodifiable copy. */
    public Progress {
      steps = List.copyOf(steps);
    }
  }

  /**
   * A step, or all since the last average.
   *
   * @param steps how many
   * @param scores the sum over their mini-batches
   * @param timings of the last one
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Stepped(int steps, double[] scores, StepTimings timings) {
    private void write(DataOutput out) throws IOException {
      out.writeInt(steps);
      writeDoubles(out, scores);
      timings.write(out);
    }

    private static Stepped read(DataInput in) throws IOException {
      return new Stepped(in.readInt(), readDoubles(in), StepTimings.read(in));
    }
  }

  /**
   * The loss or a parameter stopped being finite, and the run with it.
   *
   * @param step counted from 1
   * @param shard of the batch where it was seen, {@link Integer#MAX_VALUE} where this worker saw
   *     nothing, or {@link #CHECKPOINT}
   * @param what a parameter, a layer or the loss
   */
  record NotFinite(long step, int shard, String what) implements Report {
    /** The shard of a parameter that was found before a checkpoint, which is not written then. */
    public static final int CHECKPOINT = -1;
  }

  /**
   * The scores of a worker's part of a split.
   *
   * @param nodes of the canonical tree
   * @param scores of each
   */
  record Evaluated(List<SumTree.Node> nodes, List<double[]> scores) implements Report {
    /** Takes unmodifiable copies. */
    public Evaluated {
      nodes = List.copyOf(nodes);
      scores = List.copyOf(scores);
    }
  }

  /**
   * The worker's slices of a checkpoint are written.
   *
   * @param weights its parameters, moments and state
   * @param kept its part of the kept weights, or null when they were not to be written
   * @param millis from when the worker stopped training for it until all was written
   */
  record Saved(SliceFile weights, @Nullable SliceFile kept, double millis) implements Report {}

  /**
   * The worker cannot go on.
   *
   * @param cause what kind of failure it is
   * @param message for the user
   */
  record Failed(Cause cause, String message) implements Report {}

  /** What made a worker fail. */
  enum Cause {
    /** Another worker, or the driver, was not to be reached: the cause is somewhere else. */
    PEER,
    /** Memory ran out. */
    MEMORY,
    /** A file could not be written or read. */
    STORAGE,
    /** The job, the data or the program: it would fail again. */
    JOB
  }

  /** Returns the report as a message. */
  default byte[] encode() {
    return Messages.encode(this::write);
  }

  private void write(DataOutput out) throws IOException {
    if (this instanceof Ready ready) {
      out.writeByte(1);
      writeText(out, ready.address.getHostString());
      out.writeInt(ready.address.getPort());
    } else if (this instanceof Connected) {
      out.writeByte(2);
    } else if (this instanceof Alive alive) {
      out.writeByte(3);
      writeText(out, alive.executor);
      out.writeLong(alive.passes);
    } else if (this instanceof Progress progress) {
      out.writeByte(4);
      out.writeInt(progress.steps.size());
      for (Stepped stepped : progress.steps) {
        stepped.write(out);
      }
    } else if (this instanceof NotFinite notFinite) {
      out.writeByte(5);
      out.writeLong(notFinite.step);
      out.writeInt(notFinite.shard);
      writeText(out, notFinite.what);
    } else if (this instanceof Evaluated evaluated) {
      out.writeByte(6);
      out.writeInt(evaluated.nodes.size());
      for (int i = 0; i < evaluated.nodes.size(); i++) {
        out.writeInt(evaluated.nodes.get(i).from());
        out.writeInt(evaluated.nodes.get(i).to());
        writeSparse(out, evaluated.scores.get(i));
      }
    } else if (this instanceof Saved saved) {
      out.writeByte(7);
      writeText(out, saved.weights.toJson().toString());
      writeText(out, saved.kept == null ? "" : saved.kept.toJson().toString());
      out.writeDouble(saved.millis);
    } else if (this instanceof Failed failed) {
      out.writeByte(8);
      writeText(out, failed.cause.name());
      writeText(out, failed.message);
    }
  }

  /** Returns the report of a message. */
  static Report decode(byte[] message) throws IOException {
    return Messages.decode(message, Report::read);
  }

  private static Report read(DataInput in) throws IOException {
    byte kind = in.readByte();
    return switch (kind) {
      case 1 -> new Ready(InetSocketAddress.createUnresolved(readText(in), in.readInt()));
      case 2 -> new Connected();
      case 3 -> new Alive(readText(in), in.readLong());
      case 4 -> {
        List<Stepped> steps = new ArrayList<>();
        for (int left = Messages.count(in, Integer.BYTES); left > 0; left--) {
          steps.add(Stepped.read(in));
        }
        yield new Progress(steps);
      }
      case 5 -> new NotFinite(in.readLong(), in.readInt(), readText(in));
      case 6 -> {
        List<SumTree.Node> nodes = new ArrayList<>();
        List<double[]> scores = new ArrayList<>();
        for (int left = Messages.count(in, 4 * Integer.BYTES); left > 0; left--) {
          nodes.add(new SumTree.Node(in.readInt(), in.readInt()));
          scores.add(readSparse(in));
        }
        yield new Evaluated(nodes, scores);
      }
      case 7 -> {
        String weights = readText(in);
        String kept = readText(in);
        yield new Saved(slice(weights), kept.isEmpty() ? null : slice(kept), in.readDouble());
      }
      case 8 -> new Failed(Cause.valueOf(readText(in)), readText(in));
      default -> throw new IOException("report " + kind + " is unknown");
    };
  }

  private static SliceFile slice(String json) throws IOException {
    return SliceFile.fromJson(Json.MAPPER.readTree(json));
  }
}
