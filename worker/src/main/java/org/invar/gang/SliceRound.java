package org.invar.gang;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;
import org.invar.collective.Collective;
import org.invar.collective.Round;
import org.invar.compute.Piece;
import org.invar.compute.Scores;
import org.invar.compute.Slicing;
import org.invar.compute.Slicing.Chunk;
import org.invar.compute.TreeSum;
import org.invar.optim.ParameterAverager;
import org.invar.tensor.SumTree;
import org.invar.tensor.SumTree.Node;
import org.jspecify.annotations.Nullable;

/**
 * The all-reduce of one step: every worker's pieces go to the owners of the slices, who sum and
 * update them, and the new values go to all.
 *
 * <p>The {@link RoundFrames} between two workers follow from what both know. A chunk is summed as
 * soon as everybody's pieces of it are there, and sent on as soon as it is updated.
 */
final class SliceRound implements Round {
  /**
   * What a worker contributes.
   *
   * @param nodes of the canonical tree, from left to right
   * @param pieces the vectors of the worker's own nodes; for a peer empty
   * @param scores of the worker's own nodes; for a peer empty
   */
  record Contribution(List<Node> nodes, List<Piece> pieces, List<double[]> scores) {
    /** Returns what is known of a peer's contribution. */
    static Contribution of(List<Node> nodes) {
      return new Contribution(nodes, List.of(), List.of());
    }
  }

  /** When parts of a round were over, by {@link System#nanoTime}. */
  static final class Clock {
    long begun;
    long everybodyThere;
    long reduced;
    long end;

    /** Nanoseconds spent in updates, and those of them before {@link #reduced}. */
    long updating;

    long updatingBefore;

    /**
     * Returns where a step's time went.
     *
     * @param start of the step
     * @param bytes sent
     */
    StepTimings timings(long start, long bytes) {
      long gathering = end - reduced - (updating - updatingBefore);
      return new StepTimings(
          (begun - start) * 1e-6,
          (everybodyThere - begun) * 1e-6,
          (reduced - everybodyThere - updatingBefore) * 1e-6,
          updating * 1e-6,
          gathering * 1e-6,
          bytes);
    }
  }

  private final Collective collective;
  private final Slicing slicing;
  private final Wire wire;
  private final int scoresWidth;
  private final List<List<Chunk>> chunks = new ArrayList<>();
  private final IntSupplier tags;
  private final RoundPeer[] peers;
  private final List<Chunk> own;
  private final float[] values = new float[TreeSum.CHUNK];
  private final TreeSum.Scratch scratch = new TreeSum.Scratch();

  private int tag;
  private String doing = "";
  private Contribution mine = Contribution.of(List.of());
  private @Nullable Reduction current;
  private Node root = new Node(0, 1);
  private TreeSum sum = TreeSum.of(root, Map.of());
  private int silent;
  private boolean scored;
  private boolean wanted;
  private int reduced;
  private int updated;
  private Clock clock = new Clock();

  /**
   * Makes the rounds of a gang over vectors.
   *
   * @param scoresWidth the length of a piece's scores
   * @param tags numbers the collective's rounds
   */
  SliceRound(Collective collective, Slicing slicing, Wire wire, int scoresWidth, IntSupplier tags) {
    this.tags = tags;
    this.collective = collective;
    this.slicing = slicing;
    this.wire = wire;
    this.scoresWidth = scoresWidth;
    this.peers = new RoundPeer[collective.size()];
    for (int rank = 0; rank < peers.length; rank++) {
      chunks.add(slicing.chunks(rank));
      peers[rank] = new RoundPeer(rank);
    }
    this.own = chunks.get(collective.rank());
  }

  /**
   * Sums everybody's contributions over the canonical tree, updates, and stores the new values.
   *
   * @param doing for messages
   * @param leaves the number of leaves of the tree
   * @param contributions of every worker, by rank
   * @return when what was over
   */
  Clock run(String doing, int leaves, List<Contribution> contributions, Reduction reduction)
      throws IOException, InterruptedException {
    this.tag = tags.getAsInt();
    this.doing = doing;
    this.mine = contributions.get(collective.rank());
    this.current = reduction;
    this.root = new Node(0, leaves);
    this.silent = peers.length - 1;
    this.scored = false;
    this.wanted = false;
    this.reduced = 0;
    this.updated = 0;
    this.clock = new Clock();
    clock.begun = System.nanoTime();
    Map<Node, Piece> pieces = new HashMap<>();
    for (RoundPeer peer : peers) {
      List<Node> nodes = contributions.get(peer.rank).nodes();
      boolean self = peer.rank == collective.rank();
      peer.begin(self ? List.of() : nodes, slicing.length(collective.rank()));
      count(peer);
      for (int i = 0; i < nodes.size(); i++) {
        pieces.put(nodes.get(i), self ? mine.pieces().get(i) : received(peer, i));
      }
    }
    this.sum = TreeSum.of(root, pieces);
    collective.run(this);
    if (wanted) {
      reduction.done();
    }
    clock.end = System.nanoTime();
    return clock;
  }

  /** Counts the frames: at the beginning, and again when it is known what follows the pieces. */
  private void count(RoundPeer peer) {
    int self = collective.rank();
    peer.toGive = frames(mine.nodes().size(), self, peer.rank);
    peer.toTake = frames(peer.nodes.size(), peer.rank, self);
  }

  private RoundFrames frames(int pieces, int sender, int receiver) {
    boolean waits = wanted && reduction().blocks().length > 0;
    int doubles = waits ? blocksTo(sender) - blocksFrom(sender) : 0;
    int gathered = wanted ? chunks.get(sender).size() : 0;
    return RoundFrames.of(pieces, chunks.get(receiver).size(), doubles, gathered);
  }

  private Reduction reduction() {
    if (current == null) {
      throw new IllegalStateException("no round is under way");
    }
    return current;
  }

  private Piece received(RoundPeer peer, int piece) {
    int self = collective.rank();
    return (at, to, length) ->
        System.arraycopy(peer.inbox[piece], slicing.local(self, at), to, 0, length);
  }

  private int blocksFrom(int rank) {
    return ParameterAverager.blocks(slicing.from(rank));
  }

  private int blocksTo(int rank) {
    return ParameterAverager.blocks(slicing.to(rank));
  }

  @Override
  public int tag() {
    return tag;
  }

  @Override
  public String doing() {
    return doing;
  }

  @Override
  public boolean fill(int rank, ByteBuffer out) {
    RoundPeer peer = peers[rank];
    RoundFrames frames = peer.toGive;
    int next = peer.given;
    if (next == 0) {
      mine.scores().forEach(scores -> putDoubles(scores, 0, scores.length, out));
    } else if (next < frames.sums()) {
      Chunk chunk = chunks.get(rank).get((next - 1) / frames.pieces());
      Piece piece = mine.pieces().get((next - 1) % frames.pieces());
      piece.read(chunk.at(), values, chunk.length());
      wire.put(values, chunk.length(), out);
    } else if (next < frames.blocks()) {
      if (reduced < own.size()) {
        return false;
      }
      int from = blocksFrom(collective.rank()) + (next - frames.sums()) * RoundFrames.DOUBLES;
      int to = Math.min(from + RoundFrames.DOUBLES, blocksTo(collective.rank()));
      putDoubles(reduction().blocks(), from, to, out);
    } else {
      int index = next - frames.blocks();
      if (!scored || index >= updated) {
        return false;
      }
      Chunk chunk = own.get(index);
      reduction().read(chunk, values);
      Wire.FLOAT32.put(values, chunk.length(), out);
    }
    peer.given++;
    return true;
  }

  @Override
  public boolean filled(int rank) {
    // Whether there are frames behind the sums is known when all scores are.
    return scored && peers[rank].given == peers[rank].toGive.all();
  }

  @Override
  public void take(int rank, ByteBuffer in) {
    RoundPeer peer = peers[rank];
    RoundFrames frames = peer.toTake;
    int next = peer.taken;
    if (next == 0) {
      for (int i = 0; i < frames.pieces(); i++) {
        double[] scores = new double[scoresWidth];
        getDoubles(in, scores, 0, scoresWidth);
        peer.scores.add(scores);
      }
      silent--;
    } else if (next < frames.sums()) {
      Chunk chunk = own.get((next - 1) / frames.pieces());
      int piece = (next - 1) % frames.pieces();
      wire.get(in, peer.inbox[piece], slicing.local(collective.rank(), chunk.at()), chunk.length());
    } else if (next < frames.blocks()) {
      int from = blocksFrom(rank) + (next - frames.sums()) * RoundFrames.DOUBLES;
      getDoubles(
          in, reduction().blocks(), from, Math.min(from + RoundFrames.DOUBLES, blocksTo(rank)));
    } else {
      Chunk chunk = chunks.get(rank).get(next - frames.blocks());
      Wire.FLOAT32.get(in, values, 0, chunk.length());
      reduction().store(chunk, values);
    }
    peer.taken++;
    if (!scored) {
      score();
    }
  }

  @Override
  public boolean taken(int rank) {
    // What comes behind the sums can be told apart only when all scores are there.
    RoundFrames frames = peers[rank].toTake;
    return peers[rank].taken == (scored ? frames.all() : frames.sums());
  }

  @Override
  public boolean work() {
    if (!scored) {
      score();
      return scored;
    }
    if (!wanted) {
      return false;
    }
    boolean waits = reduction().blocks().length > 0;
    if (reduced < own.size() && reduced < arrived()) {
      reduce(own.get(reduced), waits);
      return true;
    }
    if (waits && updated < own.size() && reduced == own.size() && blocksAreThere()) {
      if (updated == 0) {
        reduction().whole();
      }
      long start = System.nanoTime();
      for (Chunk part : own.get(updated).parts()) {
        reduction().updateKept(part, scratch);
      }
      updated++;
      clock.updating += System.nanoTime() - start;
      return true;
    }
    return false;
  }

  private void reduce(Chunk chunk, boolean waits) {
    long updating = 0;
    for (Chunk part : chunk.parts()) {
      sum.sum(part.at(), scratch.result(), part.length(), scratch);
      if (waits) {
        reduction().keep(part, scratch);
      } else {
        long start = System.nanoTime();
        reduction().update(part, scratch);
        updating += System.nanoTime() - start;
      }
    }
    reduced++;
    updated += waits ? 0 : 1;
    clock.updating += updating;
    if (reduced == own.size()) {
      clock.reduced = System.nanoTime();
      clock.updatingBefore = clock.updating;
    }
  }

  /** The chunks of the own slice that everybody's pieces have arrived of. */
  private int arrived() {
    int arrived = own.size();
    for (RoundPeer peer : peers) {
      if (peer.rank != collective.rank()) {
        arrived = Math.min(arrived, peer.chunks(own.size()));
      }
    }
    return arrived;
  }

  private boolean blocksAreThere() {
    for (RoundPeer peer : peers) {
      if (peer.rank != collective.rank() && peer.taken < peer.toTake.blocks()) {
        return false;
      }
    }
    return true;
  }

  /** Adds up the scores as soon as everybody's are there. */
  private void score() {
    if (silent > 0) {
      return;
    }
    Map<Node, double[]> known = new HashMap<>();
    for (RoundPeer peer : peers) {
      boolean self = peer.rank == collective.rank();
      List<Node> nodes = self ? mine.nodes() : peer.nodes;
      for (int i = 0; i < nodes.size(); i++) {
        known.put(nodes.get(i), self ? mine.scores().get(i).clone() : peer.scores.get(i));
      }
    }
    double[] scores = SumTree.finish(root, known::get, Scores::add);
    wanted = reduction().begin(scores == null ? new double[scoresWidth] : scores);
    scored = true;
    for (RoundPeer peer : peers) {
      count(peer);
    }
    clock.everybodyThere = System.nanoTime();
    clock.reduced = clock.everybodyThere;
  }

  private static void putDoubles(double[] from, int start, int end, ByteBuffer out) {
    out.asDoubleBuffer().put(from, start, end - start);
    out.position(out.position() + (end - start) * Double.BYTES);
  }

  private static void getDoubles(ByteBuffer in, double[] to, int start, int end) {
    in.asDoubleBuffer().get(to, start, end - start);
    in.position(in.position() + (end - start) * Double.BYTES);
  }
}
