package org.invar.train;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.hadoop.fs.Path;
import org.invar.param.SumTree;
import org.invar.source.PackedSplits;
import org.invar.source.Split;
import org.invar.storage.SliceFile;
import org.invar.worker.Command;
import org.invar.worker.Report;
import org.jspecify.annotations.Nullable;

/**
 * The {@code gang} exchange: tells the workers of one long stage what to do, and hears what they
 * did.
 *
 * <p>A step's data never come here. Commands are sent ahead, so that workers do not wait for the
 * driver within an epoch.
 */
final class GangExchange implements Exchange {
  private final Gang gang;
  private final PackedSplits splits;
  private final int shards;
  private final Report.Saved[] saved;
  private boolean saving;

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
      Report.Stepped stepped = next(Report.Stepped.class).report();
      taken += stepped.steps();
      each.accept(stepped);
    }
  }

  @Override
  public double @Nullable [] evaluate(Split split) {
    if (splits.of(split) == null) {
      return null;
    }
    gang.tell(new Command.Evaluate(split.label()));
    Map<SumTree.Node, double[]> scores = new HashMap<>();
    for (int heard = 0; heard < gang.size(); heard++) {
      Report.Evaluated part = next(Report.Evaluated.class).report();
      for (int i = 0; i < part.nodes().size(); i++) {
        scores.put(part.nodes().get(i), part.scores().get(i));
      }
    }
    return SumTree.finish(new SumTree.Node(0, shards), scores::get, GangExchange::add);
  }

  private static double[] add(double[] left, double[] right) {
    for (int i = 0; i < left.length; i++) {
      left[i] += right[i];
    }
    return left;
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
    while (saving) {
      if (allSaved()) {
        SavedFiles files = files();
        saving = false;
        java.util.Arrays.fill(saved, null);
        return files;
      }
      Gang.Heard<Report> heard = gang.next(wait);
      if (heard == null) {
        return null;
      }
      take(heard);
    }
    return null;
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
}
