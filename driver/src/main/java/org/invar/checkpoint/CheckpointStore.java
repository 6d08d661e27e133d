package org.invar.checkpoint;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.invar.InvarException;
import org.invar.param.Layout;
import org.invar.param.Weights;
import org.invar.storage.DamagedFileException;
import org.invar.storage.RunFiles;
import org.invar.storage.Safetensors;
import org.invar.storage.StoredFile;
import org.jspecify.annotations.Nullable;

/**
 * A run's checkpoints in a directory of any Hadoop file system.
 *
 * <p>A checkpoint is a few files and a manifest with their lengths and hashes, created last. A file
 * is never renamed, rewritten or replaced, so whatever moment a process dies at, and however a file
 * is damaged later, a checkpoint is either whole or recognized as not being so. Names carry step
 * and attempt. Of the whole ones the newest {@code keep} stay.
 *
 * <p>One process and one thread at a time use a directory.
 */
public final class CheckpointStore {
  private final FileSystem fileSystem;
  private final Path directory;
  private final Layout parameters;
  private final Layout state;
  private final int keep;
  private final Consumer<String> notice;

  /** The checkpoints that this object has written or read whole. */
  private final NavigableMap<CheckpointName, Manifest> intact = new TreeMap<>();

  /** The checkpoint that the run stands on: what it wrote last, or went on from. */
  private @Nullable Manifest latest;

  private CheckpointStore(
      FileSystem fileSystem,
      Path directory,
      Layout parameters,
      Layout state,
      int keep,
      Consumer<String> notice) {
    this.fileSystem = fileSystem;
    this.directory = fileSystem.makeQualified(directory);
    this.parameters = parameters;
    this.state = state;
    this.keep = keep;
    this.notice = notice;
  }

  /**
   * Returns the checkpoints of a directory, which need not exist yet.
   *
   * @param directory see {@link RunDirectory#checkpoints()}
   * @param configuration finds the file system
   * @param parameters layout of the parameters and of each moment
   * @param state layout of the network's state; may be empty
   * @param keep how many whole checkpoints stay, at least 1
   * @param notice gets a line for each checkpoint that is ignored, with the reason, and for each
   *     failure to delete an old one
   */
  public static CheckpointStore of(
      Path directory,
      Configuration configuration,
      Layout parameters,
      Layout state,
      int keep,
      Consumer<String> notice)
      throws IOException {
    if (keep < 1) {
      throw new IllegalArgumentException("keep=" + keep + " is not at least 1");
    }
    FileSystem fileSystem = RunFiles.fileSystem(directory, configuration);
    return new CheckpointStore(fileSystem, directory, parameters, state, keep, notice);
  }

  /**
   * Writes a checkpoint and deletes those that are no longer kept.
   *
   * <p>The best model is written when its step differs from that of the checkpoint before, which
   * this object wrote or returned; otherwise the earlier file is referred to.
   *
   * @return the manifest
   * @throws IOException when the checkpoint could not be written; those before it are untouched
   */
  public Path save(Checkpoint checkpoint) throws IOException {
    List<String> files = RunFiles.names(fileSystem, directory);
    var name = CheckpointName.unused(checkpoint.step(), files);
    Manifest manifest = write(name, checkpoint);
    Path file = new Path(directory, name.manifest());
    StoredFile.write(fileSystem, file, false, out -> out.write(manifest.bytes()));
    intact.put(name, manifest);
    latest = manifest;
    try {
      sweep(name);
    } catch (IOException e) {
      if (e instanceof InterruptedIOException) {
        Thread.currentThread().interrupt();
      }
      notice.accept("old checkpoints in " + directory + " could not be deleted: " + e);
    }
    return file;
  }

  /**
   * Returns the newest checkpoint that is whole; empty when none was ever completed.
   *
   * @throws InvarException when the newest whole one is of a network with other entries or shapes,
   *     or when there are completed ones and all are damaged: starting anew would lose what they
   *     hold
   * @throws IOException when files may not be read, or the thread is interrupted
   */
  public Optional<Checkpoint> newest() throws IOException {
    List<String> files = RunFiles.names(fileSystem, directory);
    String damage = null;
    for (CheckpointName name : checkpoints(files).descendingSet()) {
      try {
        Manifest manifest = manifest(name, files);
        Checkpoint checkpoint = load(manifest);
        intact.put(name, manifest);
        latest = manifest;
        return Optional.of(checkpoint);
      } catch (IOException e) {
        RunFiles.rethrowUnlessDamage(e);
        notice.accept("checkpoint " + name + " is ignored: " + e.getMessage());
        damage = damage == null && completed(name, files) ? e.getMessage() : damage;
      }
    }
    if (damage != null) {
      throw new InvarException(
          directory
              + ": expected at least one whole checkpoint, found none; of the newest, "
              + damage
              + ". Put the files back from a copy, or start again with --overwrite.");
    }
    return Optional.empty();
  }

  /** Whether the checkpoint was whole once: its manifest was written to the end. */
  private boolean completed(CheckpointName name, List<String> files) throws IOException {
    if (!files.contains(name.manifest())) {
      return false;
    }
    try {
      Path manifest = new Path(directory, name.manifest());
      return !Manifest.cutShort(RunFiles.read(fileSystem, manifest));
    } catch (IOException e) {
      RunFiles.rethrowUnlessDamage(e);
      return true;
    }
  }

  private Manifest write(CheckpointName name, Checkpoint checkpoint) throws IOException {
    StoredFile weights = writeWeights(name.file("weights.safetensors"), checkpoint.weights());
    StoredFile moments =
        create(
            name.file("moments.safetensors"),
            out -> Safetensors.write(out, momentGroups(checkpoint.moments())));
    String lines =
        checkpoint.metrics().stream().map(line -> line + "\n").collect(Collectors.joining());
    StoredFile metrics =
        create(
            name.file("metrics.jsonl"), out -> out.write(lines.getBytes(StandardCharsets.UTF_8)));
    return new Manifest(
        name,
        checkpoint.position(),
        weights,
        moments,
        checkpoint.moments().size(),
        metrics,
        best(name, checkpoint, weights));
  }

  private Manifest.@Nullable BestFile best(
      CheckpointName name, Checkpoint checkpoint, StoredFile weights) throws IOException {
    Checkpoint.Best best = checkpoint.best();
    if (best == null) {
      return null;
    }
    Manifest.BestFile before = latest == null ? null : latest.best();
    if (before != null
        && before.step() == best.step()
        && before.file().present(fileSystem, directory)) {
      return before;
    }
    boolean current = best.weights().sameValues(checkpoint.weights());
    return new Manifest.BestFile(
        best.step(),
        current ? weights : writeWeights(name.file("best.safetensors"), best.weights()));
  }

  private StoredFile writeWeights(String name, Weights weights) throws IOException {
    return create(name, out -> WeightsFile.write(out, weights, parameters, state));
  }

  private StoredFile create(String name, StoredFile.Content content) throws IOException {
    return StoredFile.write(fileSystem, new Path(directory, name), false, content);
  }

  private List<Safetensors.Group> momentGroups(List<float[]> moments) {
    List<Safetensors.Group> groups = new ArrayList<>();
    for (float[] moment : moments) {
      groups.add(new Safetensors.Group(groups.size() + ".", parameters, moment));
    }
    return groups;
  }

  private Manifest manifest(CheckpointName name, List<String> files) throws IOException {
    Path file = new Path(directory, name.manifest());
    if (!files.contains(name.manifest())) {
      throw new DamagedFileException(
          file.toString(), "a manifest", "none: writing the checkpoint was cut short");
    }
    return Manifest.parse(RunFiles.read(fileSystem, file), name, file.toString());
  }

  private Checkpoint load(Manifest manifest) throws IOException {
    List<float[]> vectors = new ArrayList<>();
    for (int i = 0; i < manifest.momentCount(); i++) {
      vectors.add(new float[parameters.length()]);
    }
    List<float[]> moments =
        manifest
            .moments()
            .read(
                fileSystem,
                directory,
                (in, length) -> {
                  String place = new Path(directory, manifest.moments().name()).toString();
                  Safetensors.read(in, length, place, momentGroups(vectors));
                  return vectors;
                });
    Manifest.BestFile best = manifest.best();
    String lines =
        new String(manifest.metrics().bytes(fileSystem, directory), StandardCharsets.UTF_8);
    return new Checkpoint(
        manifest.name().step(),
        manifest.position(),
        readWeights(manifest.weights()),
        moments,
        best == null ? null : new Checkpoint.Best(best.step(), readWeights(best.file())),
        lines.lines().toList());
  }

  private Weights readWeights(StoredFile file) throws IOException {
    String place = new Path(directory, file.name()).toString();
    return file.read(
        fileSystem,
        directory,
        (in, length) -> WeightsFile.read(in, length, place, parameters, state));
  }

  /**
   * Deletes what checkpoints before {@code newest} have left, but for those that are kept.
   *
   * <p>A manifest goes before its files, so a crash in between leaves files without one, which the
   * next call finds. What is later than {@code newest} was given up by {@link #newest()}, and goes
   * when the run has passed it.
   */
  private void sweep(CheckpointName newest) throws IOException {
    List<String> files = RunFiles.names(fileSystem, directory);
    Set<String> needed = new HashSet<>();
    int kept = 0;
    for (CheckpointName name : checkpoints(files).headSet(newest, true).descendingSet()) {
      Optional<Manifest> manifest = kept < keep ? verified(name, files) : Optional.empty();
      if (manifest.isPresent()) {
        kept++;
        manifest.get().files().forEach(file -> needed.add(file.name()));
      } else if (files.contains(name.manifest())) {
        intact.remove(name);
        fileSystem.delete(new Path(directory, name.manifest()), false);
      }
    }
    for (String file : files) {
      Optional<CheckpointName> name = CheckpointName.of(file);
      if (name.isPresent()
          && name.get().compareTo(newest) < 0
          && !file.equals(name.get().manifest())
          && !needed.contains(file)) {
        fileSystem.delete(new Path(directory, file), false);
      }
    }
  }

  private Optional<Manifest> verified(CheckpointName name, List<String> files) throws IOException {
    Manifest known = intact.get(name);
    if (known != null || !files.contains(name.manifest())) {
      return Optional.ofNullable(known);
    }
    try {
      Manifest manifest = manifest(name, files);
      for (StoredFile file : manifest.files()) {
        file.verify(fileSystem, directory);
      }
      intact.put(name, manifest);
      return Optional.of(manifest);
    } catch (IOException | InvarException e) {
      if (e instanceof IOException failure) {
        RunFiles.rethrowUnlessDamage(failure);
      }
      return Optional.empty();
    }
  }

  private static NavigableSet<CheckpointName> checkpoints(List<String> files) {
    return files.stream()
        .flatMap(file -> CheckpointName.of(file).stream())
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
