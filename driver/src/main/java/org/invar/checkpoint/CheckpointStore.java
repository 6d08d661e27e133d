package org.invar.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.invar.InvarException;
import org.invar.storage.DamagedFileException;
import org.invar.storage.RunFiles;
import org.invar.storage.SliceContent;
import org.invar.storage.SliceFile;
import org.invar.storage.Slices;
import org.invar.storage.Span;
import org.invar.storage.StoredFile;
import org.invar.tensor.Layout;
import org.invar.tensor.Weights;
import org.jspecify.annotations.Nullable;

/**
 * A run's checkpoints in a directory of any Hadoop file system.
 *
 * <p>A checkpoint is the files that workers have written of their slices, lines of metrics, and a
 * manifest with the lengths and hashes of all, created last. Of slices it does not matter how many
 * workers cut them. Files that several checkpoints need, the kept model and earlier lines, are
 * referred to and not written again. A file is never renamed, rewritten or replaced, so whatever
 * moment a process dies at, and however a file is damaged later, a checkpoint is either whole or
 * recognized as not being so. Names carry step and attempt. Of the whole ones the newest {@code
 * keep} stay.
 *
 * <p>One process and one thread at a time use a store, as {@link Claim} sees to; workers write
 * files under names that it gave.
 */
public final class CheckpointStore {
  private final CheckpointFiles files;
  private final JsonNode layout;
  private final Layout parameters;
  private final Layout state;
  private final int keep;
  private final Ownership ownership;
  private final Consumer<String> notice;

  /** Whether the directory is still this process's to write into. */
  public interface Ownership {
    /**
     * Refuses to go on when it is not.
     *
     * @throws InvarException saying whose it is
     */
    void require() throws IOException;
  }

  /**
   * The last attempt given at a step, whether or not one of its files was ever seen; only of steps
   * that the run may come to again.
   */
  private final NavigableMap<Long, Integer> attempts = new TreeMap<>();

  /** The checkpoints that this object has written or read whole. */
  private final NavigableMap<CheckpointName, Manifest> intact = new TreeMap<>();

  /** The checkpoint that the run stands on: what it wrote last, or went on from. */
  private @Nullable Manifest latest;

  private CheckpointStore(
      CheckpointFiles files,
      Layout parameters,
      Layout state,
      int keep,
      Ownership ownership,
      Consumer<String> notice) {
    this.files = files;
    this.layout = LayoutRecord.of(parameters, state);
    this.parameters = parameters;
    this.state = state;
    this.keep = keep;
    this.ownership = ownership;
    this.notice = notice;
  }

  /**
   * Returns the checkpoints of a directory, which need not exist yet.
   *
   * @param directory see {@link RunDirectory#checkpoints()}
   * @param configuration finds the file system
   * @param parameters layout of the parameters, and so of each moment
   * @param state layout of the network's state; may be empty
   * @param keep how many whole checkpoints stay, at least 1
   * @param ownership is asked before a checkpoint is begun, and before it is completed
   * @param notice gets a line for each checkpoint that is ignored, with the reason, and for each
   *     failure to delete an old one
   */
  public static CheckpointStore of(
      Path directory,
      Configuration configuration,
      Layout parameters,
      Layout state,
      int keep,
      Ownership ownership,
      Consumer<String> notice)
      throws IOException {
    if (keep < 1) {
      throw new IllegalArgumentException("keep=" + keep + " is not at least 1");
    }
    FileSystem fileSystem = RunFiles.fileSystem(directory, configuration);
    var files = new CheckpointFiles(fileSystem, fileSystem.makeQualified(directory));
    return new CheckpointStore(files, parameters, state, keep, ownership, notice);
  }

  /** Returns the file system of the directory, without Hadoop's checksum files. */
  public FileSystem fileSystem() {
    return files.fileSystem();
  }

  /** Returns the directory, with its file system's scheme: where the workers write. */
  public Path directory() {
    return files.directory();
  }

  /**
   * Returns the name of a checkpoint to write: one that no file has, and that was not given yet.
   *
   * @throws InvarException when the directory belongs to another process by now
   */
  public CheckpointName next(long step) throws IOException {
    ownership.require();
    var unused = CheckpointName.unused(step, files.names());
    int attempt = Math.max(unused.attempt(), attempts.getOrDefault(step, -1) + 1);
    attempts.put(step, attempt);
    return new CheckpointName(step, attempt);
  }

  /**
   * Returns the kept model as the checkpoint before has it, to be referred to again; empty when
   * that has another one, or somebody has deleted a file.
   *
   * @param step the kept model's
   */
  public Optional<Kept> kept(long step) throws IOException {
    Kept kept = latest == null ? null : latest.kept();
    if (kept == null || kept.step() != step) {
      return Optional.empty();
    }
    try {
      files.require(kept.slices().stream().map(SliceFile::file));
      return Optional.of(kept);
    } catch (DamagedFileException e) {
      return Optional.empty();
    }
  }

  /**
   * Makes a checkpoint of slices that have been written, and deletes those that are no longer kept.
   *
   * @param name from {@link #next}
   * @param position the caller's record, see {@link SavedCheckpoint}
   * @param slices by rank
   * @param kept the best model so far, see {@link #kept}; null before the first evaluation
   * @param metrics the lines of {@code metrics.jsonl} so far; they begin with those of the
   *     checkpoint before, which this object completed or returned
   * @return the manifest
   * @throws IllegalArgumentException when slices leave a gap, overlap or have other numbers of
   *     moments
   * @throws InvarException when a slice's file is not to be seen from here, or the directory
   *     belongs to another process by now
   * @throws IOException when the checkpoint could not be written; those before it are untouched
   */
  public Path complete(
      CheckpointName name,
      JsonNode position,
      List<SliceFile> slices,
      @Nullable Kept kept,
      MetricsLines metrics)
      throws IOException {
    ownership.require();
    requireWhole(slices);
    if (kept != null) {
      requireWhole(kept.slices());
    }
    requireShared(slices, kept == null ? List.of() : kept.slices());
    List<MetricsSegment> segments =
        MetricsSegment.extend(files, earlierMetrics(), metrics, name.file("metrics.jsonl"));
    var manifest = new Manifest(name, layout, position, List.copyOf(slices), kept, segments);
    ownership.require(); // What was written takes time.
    Path file = files.path(name.manifest());
    StoredFile.write(files.fileSystem(), file, false, out -> out.write(manifest.bytes()));
    intact.put(name, manifest);
    latest = manifest;
    try {
      sweep(name);
    } catch (IOException e) {
      if (e instanceof InterruptedIOException) {
        Thread.currentThread().interrupt();
      }
      notice.accept("old checkpoints in " + files.directory() + " could not be deleted: " + e);
    }
    return file;
  }

  /** Returns the segments of the checkpoint before; none when somebody has deleted one. */
  private List<MetricsSegment> earlierMetrics() throws IOException {
    List<MetricsSegment> segments = latest == null ? List.of() : latest.metrics();
    try {
      files.require(segments.stream().map(MetricsSegment::file));
      return segments;
    } catch (DamagedFileException e) {
      return List.of();
    }
  }

  private void requireWhole(List<SliceFile> slices) {
    String fault = Coverage.fault(slices, parameters.length(), state.length());
    if (fault != null) {
      throw new IllegalArgumentException("slices that are no whole checkpoint: " + fault);
    }
  }

  /** What an executor has written on a disk of its own, nobody could resume from. */
  private void requireShared(List<SliceFile> slices, List<SliceFile> kept) throws IOException {
    try {
      files.require(Stream.concat(slices.stream(), kept.stream()).map(SliceFile::file));
    } catch (DamagedFileException e) {
      throw InvarException.of(
          e.place(),
          "the slice that a worker has written, visible to the driver",
          e.found(),
          "Driver and executors must share the directory: name one of HDFS, S3 or NFS with --out.");
    }
  }

  /**
   * Returns the newest checkpoint that is whole; empty when none was ever completed.
   *
   * @throws InvarException when the newest whole one is of a network with other entries or shapes,
   *     or when there are completed ones and all are damaged: starting anew would lose what they
   *     hold
   * @throws IOException when files may not be read, or the thread is interrupted
   */
  public Optional<SavedCheckpoint> newest() throws IOException {
    List<String> names = files.names();
    String damage = null;
    latest = null;
    for (CheckpointName name : CheckpointFiles.checkpoints(names).descendingSet()) {
      try {
        Manifest manifest = files.manifest(name, names);
        SavedCheckpoint checkpoint = load(manifest);
        intact.put(name, manifest);
        latest = manifest;
        return Optional.of(checkpoint);
      } catch (IOException e) {
        RunFiles.rethrowUnlessDamage(e);
        notice.accept("checkpoint " + name + " is ignored: " + e.getMessage());
        intact.remove(name);
        damage = damage == null && files.completed(name, names) ? e.getMessage() : damage;
      }
    }
    if (damage != null) {
      throw new InvarException(
          files.directory()
              + ": expected at least one whole checkpoint, found none; of the newest, "
              + damage
              + ". Put the files back from a copy, or start again with --overwrite.");
    }
    return Optional.empty();
  }

  private SavedCheckpoint load(Manifest manifest) throws IOException {
    String place = files.path(manifest.name().manifest()).toString();
    LayoutRecord.requireSame(layout, manifest.layout(), place);
    Kept kept = manifest.kept();
    for (List<SliceFile> slices :
        kept == null ? List.of(manifest.slices()) : List.of(manifest.slices(), kept.slices())) {
      String fault = Coverage.fault(slices, parameters.length(), state.length());
      if (fault != null) {
        throw new DamagedFileException(place, "slices that are whole vectors", fault);
      }
    }
    files.verify(manifest, parameters, state);
    return new SavedCheckpoint(
        place,
        manifest.name().step(),
        manifest.position(),
        manifest.slices(),
        kept,
        SavedMetrics.of(files, manifest.metrics()));
  }

  /**
   * Puts slices together, of whatever number of workers.
   *
   * @param slices of a checkpoint or of a kept model
   * @throws IOException when a file cannot be read or is no longer what was written
   */
  public Weights weights(List<SliceFile> slices) throws IOException {
    var weights = new Weights(new float[parameters.length()], new float[state.length()]);
    Slices.read(
        files.fileSystem(),
        files.directory(),
        slices,
        SliceContent.weights(Span.of(weights.parameters()), Span.of(weights.state())));
    return weights;
  }

  /**
   * Deletes what checkpoints before {@code newest} have left, but for those that are kept.
   *
   * <p>A manifest goes before its files, so a crash in between leaves files without one, which the
   * next call finds. What is later than {@code newest} was given up by {@link #newest()}, and goes
   * when the run has passed it.
   */
  private void sweep(CheckpointName newest) throws IOException {
    List<String> names = files.names();
    Set<String> needed = new HashSet<>();
    int kept = 0;
    long oldest = newest.step();
    for (CheckpointName name :
        CheckpointFiles.checkpoints(names).headSet(newest, true).descendingSet()) {
      Optional<Manifest> manifest = kept < keep ? verified(name, names) : Optional.empty();
      if (manifest.isPresent()) {
        kept++;
        oldest = name.step();
        manifest.get().files().forEach(file -> needed.add(file.name()));
      } else if (names.contains(name.manifest())) {
        intact.remove(name);
        files.delete(name.manifest());
      }
    }
    attempts.headMap(oldest).clear();
    for (String file : names) {
      Optional<CheckpointName> name = CheckpointName.of(file);
      if (name.isPresent()
          && name.get().compareTo(newest) < 0
          && !file.equals(name.get().manifest())
          && !needed.contains(file)) {
        files.delete(file);
      }
    }
  }

  private Optional<Manifest> verified(CheckpointName name, List<String> names) throws IOException {
    Manifest known = intact.get(name);
    if (known != null || !names.contains(name.manifest())) {
      return Optional.ofNullable(known);
    }
    try {
      Manifest manifest = files.manifest(name, names);
      files.verify(manifest, parameters, state);
      intact.put(name, manifest);
      return Optional.of(manifest);
    } catch (IOException | InvarException e) {
      if (e instanceof IOException failure) {
        RunFiles.rethrowUnlessDamage(failure);
      }
      return Optional.empty();
    }
  }
}
