package org.invar.gang;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.invar.compute.FlatPair;
import org.invar.compute.Slicing;
import org.invar.optim.ParameterAverager;
import org.invar.optim.RunningState;
import org.invar.storage.Json;
import org.invar.storage.RunFiles;
import org.invar.storage.SliceContent;
import org.invar.storage.SliceFile;
import org.invar.storage.Slices;
import org.invar.storage.Span;
import org.invar.tensor.Layout;
import org.invar.tensor.Weights;
import org.jspecify.annotations.Nullable;

/**
 * What one worker holds of the model: the weights that its compute threads read, its slice of the
 * averager, the running state, and its slice of the kept weights.
 */
final class GangState {
  private final Layout layout;
  private final int from;
  private final int to;
  private final int stateFrom;
  private final int stateTo;
  private final FlatPair weights;
  private final ParameterAverager averager;
  private final RunningState running;
  private @Nullable SliceContent kept;

  private GangState(
      Layout layout,
      Slicing slicing,
      int rank,
      FlatPair weights,
      ParameterAverager averager,
      RunningState running,
      @Nullable SliceContent kept) {
    this.layout = layout;
    this.from = slicing.from(rank);
    this.to = slicing.to(rank);
    this.stateFrom = slicing.stateFrom(rank);
    this.stateTo = slicing.stateTo(rank);
    this.weights = weights;
    this.averager = averager;
    this.running = running;
    this.kept = kept;
  }

  /** Returns the state at the start of the plan: that of its checkpoint, or before step 0. */
  static GangState of(GangPlan plan, Slicing slicing, int rank) throws IOException {
    Layout layout = plan.run().network().layout();
    Layout stateLayout = plan.run().network().stateLayout();
    GangPlan.Start start = plan.start();
    float[] parameters =
        start == null ? layout.initialValues(plan.run().seed()) : new float[layout.length()];
    float[] state =
        start == null
            ? stateLayout.initialValues(plan.run().seed())
            : new float[stateLayout.length()];
    // Whoever takes steps alone has all moments.
    int from = plan.averages() ? 0 : slicing.from(rank);
    int to = plan.averages() ? layout.length() : slicing.to(rank);
    ParameterAverager averager = ParameterAverager.of(layout, plan.rule(), from, to);
    float[][] moments = new float[start == null ? 0 : averager.moments()][to - from];
    if (start != null) {
      List<Span> spans = Arrays.stream(moments).map(moment -> Span.part(moment, from)).toList();
      read(
          plan,
          start,
          start.slices(),
          new SliceContent(Span.of(parameters), spans, Span.of(state)));
    }
    if (start != null) {
      averager.restore(moments, start.step());
    }
    SliceContent kept = start == null ? null : readKept(plan, start, slicing, rank);
    // Last, as nobody would free it after a failure.
    FlatPair weights = new FlatPair(plan.run().network());
    weights.write(new Weights(parameters, state));
    RunningState running = RunningState.of(stateLayout, state);
    return new GangState(layout, slicing, rank, weights, averager, running, kept);
  }

  private static void read(
      GangPlan plan, GangPlan.Start start, List<String> slices, SliceContent into)
      throws IOException {
    Path directory = new Path(start.directory());
    List<SliceFile> files = new ArrayList<>();
    for (String slice : slices) {
      files.add(SliceFile.fromJson(Json.MAPPER.readTree(slice)));
    }
    Slices.read(RunFiles.fileSystem(directory, plan.hadoop().value()), directory, files, into);
  }

  private static @Nullable SliceContent readKept(
      GangPlan plan, GangPlan.Start start, Slicing slicing, int rank) throws IOException {
    if (start.kept().isEmpty()) {
      return null;
    }
    int from = slicing.from(rank);
    int stateFrom = slicing.stateFrom(rank);
    SliceContent content =
        SliceContent.weights(
            Span.part(new float[slicing.to(rank) - from], from),
            Span.part(new float[slicing.stateTo(rank) - stateFrom], stateFrom));
    read(plan, start, start.kept(), content);
    return content;
  }

  /** Returns what compute threads read. */
  FlatPair weights() {
    return weights;
  }

  /** Returns the averager of the worker's slice, or of everything where it takes steps alone. */
  ParameterAverager averager() {
    return averager;
  }

  /** Returns the whole running state. */
  RunningState running() {
    return running;
  }

  /** Keeps a copy of the weights as they are. */
  void keep() {
    kept = SliceContent.weights(parameters(), runningPart());
  }

  /** Returns the kept weights of the slice. */
  SliceContent kept() {
    if (kept == null) {
      throw new IllegalStateException("no weights are kept");
    }
    return kept;
  }

  /** Returns a copy of the slice of everything that a checkpoint holds. */
  SliceContent snapshot() {
    List<Span> moments = new ArrayList<>();
    for (int i = 0; i < averager.moments(); i++) {
      float[] moment = new float[to - from];
      averager.readMoment(i, from - averager.from(), moment, 0, moment.length);
      moments.add(Span.part(moment, from));
    }
    return new SliceContent(parameters(), moments, runningPart());
  }

  private Span parameters() {
    float[] slice = new float[to - from];
    weights.read(from, slice, slice.length);
    return Span.part(slice, from);
  }

  private Span runningPart() {
    return Span.part(Arrays.copyOfRange(running.values(), stateFrom, stateTo), stateFrom);
  }

  /** Returns the first parameter of the slice with a value that is not finite, or null. */
  @Nullable String firstNotFinite() {
    float[] values = new float[ParameterAverager.BLOCK];
    for (Layout.Entry entry : layout.entries()) {
      int end = Math.min(entry.end(), to);
      for (int at = Math.max(entry.offset(), from); at < end; at += values.length) {
        int length = Math.min(values.length, end - at);
        weights.read(at, values, length);
        for (int i = 0; i < length; i++) {
          if (!Float.isFinite(values[i])) {
            return entry.name();
          }
        }
      }
    }
    return null;
  }
}
