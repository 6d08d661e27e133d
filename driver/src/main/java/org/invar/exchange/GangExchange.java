package org.invar.exchange;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.hadoop.fs.Path;
import org.invar.compute.Scores;
import org.invar.gang.Command;
import org.invar.gang.Report;
import org.invar.source.PackedSplits;
import org.invar.source.Split;
import org.invar.storage.SliceFile;
import org.invar.tensor.SumTree;
import org.jspecify.annotations.Nullable;

/**
 * The {@code gang} exchange: tells the workers of one long stage what to do, and hears what they
 * did.
 *
 * <p>A step's data never come here. Commands are sent ahead, so that workers do not wait for the
 * driver within an epoch.
 */
final class GangExchange implements Exchange {
  /** How long a worker may take to say where its loss stopped being finite. */
  private static final int DIAGNOSIS_MILLIS = 2000;

  private final Gang gang;
  private final PackedSplits splits;
  private final int shards;
  private final Report.Saved[] saved;
  private final Queue<Gang.Heard> ahead = new ArrayDeque<>();
  private boolean saving;

  /** Whether a loss has stopped being finite: only what is being saved still matters. */
  private boolean over;

  /** Makes the exchange of a gang that has met. */
  GangExchange(Gang gang, PackedSplits splits, int shards) {
    this.gang = gang;
    this.splits = splits;
    this.shards = shards;
    this.saved = new Report.Saved[gang.size()];
  }

  @Override
  public void steps(Command.Steps steps, Consumer<Report.Stepped> each) {
    gang.tell(steps);
    int taken = 0;
    while (taken < steps.rates().length) {
      Gang.Heard heard = ahead.isEmpty() ? gang.next() : ahead.remove();
      if (heard.report() instanceof Report.Progress progress) {
        for (Report.Stepped stepped : progress.steps()) {
          taken += stepped.steps();
          each.accept(stepped);
        }
      } else {
        take(heard);
      }
    }
    while (!ahead.isEmpty()) {
      take(ahead.remove());
    }
  }

  @Override
  public double @Nullable [] evaluate(Split split) {
    if (splits.of(split) == null) {
      return null;
    }
    gang.tell(new Command.Evaluate(split.label()));
    Map<SumTree.Node, double[]> scores = new HashMap<>();
    int answers = 0;
    while (answers < gang.size()) {
      Gang.Heard heard = gang.next();
      if (heard.report() instanceof Report.Evaluated part) {
        answers++;
        for (int i = 0; i < part.nodes().size(); i++) {
          scores.put(part.nodes().get(i), part.scores().get(i));
        }
      } else {
        take(heard);
      }
    }
    return SumTree.finish(new SumTree.Node(0, shards), scores::get, Scores::add);
  }

  /** Takes what may come at any time. */
  private void take(Gang.Heard heard) {
    if (heard.report() instanceof Report.Saved files) {
      saved[heard.rank()] = files;
    } else if (heard.report() instanceof Report.NotFinite found) {
      saving &= found.shard() != Report.NotFinite.CHECKPOINT;
      if (!over) {
        over = true;
        throw notFinite(heard.rank(), found);
      }
    } else if (!over) {
      throw new IllegalStateException(
          "worker " + heard.rank() + " said what is not expected here: " + heard.report());
    }
  }

  /** Waits a little for what other workers have found in the same step; the first shard counts. */
  private NonFiniteException notFinite(int rank, Report.NotFinite found) {
    Report.NotFinite first = found;
    Set<Integer> heardOf = new HashSet<>(Set.of(rank));
    long deadline = System.nanoTime() + DIAGNOSIS_MILLIS * 1_000_000L;
    while (heardOf.size() < gang.size() && System.nanoTime() < deadline) {
      Gang.Heard other = gang.next(DIAGNOSIS_MILLIS);
      if (other == null) {
        continue;
      }
      take(other);
      if (other.report() instanceof Report.NotFinite more) {
        heardOf.add(other.rank());
        first = more.shard() < first.shard() ? more : first;
      }
    }
    boolean known = first.shard() >= 0 && first.shard() < Integer.MAX_VALUE;
    return new NonFiniteException(
        first.step(), first.what() + (known ? " of shard " + first.shard() : ""));
  }

  @Override
  public void keep() {
    gang.tell(new Command.Keep());
  }

  @Override
  public void useKept() {
    gang.tell(new Command.UseKept());
  }

  @Override
  public void save(Path directory, String weights, @Nullable String kept) {
    if (saving) {
      throw new IllegalStateException("the checkpoint before is not complete");
    }
    saving = true;
    gang.tell(new Command.Save(directory.toString(), weights, kept == null ? "" : kept));
  }

  @Override
  public @Nullable SavedFiles saved(boolean wait) {
    while (saving && !allSaved()) {
      Gang.Heard heard = wait ? gang.next() : gang.next(0);
      if (heard == null) {
        return null;
      }
      if (!wait && (heard.report() instanceof Report.Progress || !ahead.isEmpty())) {
        ahead.add(heard); // Workers go on while files are written: steps are told in their order.
      } else {
        take(heard);
      }
    }
    if (!saving) {
      return null;
    }
    SavedFiles files = files();
    saving = false;
    Arrays.fill(saved, null);
    return files;
  }

  private boolean allSaved() {
    for (Report.Saved one : saved) {
      if (one == null) {
        return false;
      }
    }
    return true;
  }

  private SavedFiles files() {
    List<SliceFile> slices = new ArrayList<>();
    List<SliceFile> kept = new ArrayList<>();
    double millis = 0;
    for (Report.Saved one : saved) {
      slices.add(one.weights());
      if (one.kept() != null) {
        kept.add(one.kept());
      }
      millis = Math.max(millis, one.millis());
    }
    return new SavedFiles(slices, kept, millis);
  }

  /** Ends the workers, and waits until they have given their cores back. */
  @Override
  public void close() {
    gang.close();
  }
}
