package org.invar.checkpoint;

import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.invar.storage.DamagedFileException;
import org.invar.storage.RunFiles;
import org.invar.storage.SliceFile;
import org.invar.storage.Slices;
import org.invar.storage.StoredFile;
import org.invar.tensor.Layout;

/**
 * The files of a directory of checkpoints.
 *
 * @param fileSystem without Hadoop's checksum files
 * @param directory with its file system's scheme; need not exist
 */
record CheckpointFiles(FileSystem fileSystem, Path directory) {
  /** Returns the names of all files, in order. */
  List<String> names() throws IOException {
    RunFiles.requireInside(fileSystem, directory);
    return RunFiles.names(fileSystem, directory);
  }

  /** Returns the checkpoints of which files are there. */
  static NavigableSet<CheckpointName> checkpoints(List<String> names) {
    return names.stream()
        .flatMap(file -> CheckpointName.of(file).stream())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  Path path(String name) {
    return new Path(directory, name);
  }

  /**
   * Returns a checkpoint's manifest.
   *
   * @param names of all files
   * @throws DamagedFileException when it is missing or not what was written
   */
  Manifest manifest(CheckpointName name, List<String> names) throws IOException {
    Path file = path(name.manifest());
    if (!names.contains(name.manifest())) {
      throw new DamagedFileException(
          file.toString(), "a manifest", "none: writing the checkpoint was cut short");
    }
    return Manifest.parse(RunFiles.read(fileSystem, file), name, file.toString());
  }

  /** Returns whether the checkpoint was whole once: its manifest was written to the end. */
  boolean completed(CheckpointName name, List<String> names) throws IOException {
    if (!names.contains(name.manifest())) {
      return false;
    }
    try {
      return !HashedJson.cutShort(RunFiles.read(fileSystem, path(name.manifest())));
    } catch (IOException e) {
      RunFiles.rethrowUnlessDamage(e);
      return true;
    }
  }

  /**
   * Checks that all files of a checkpoint are what was written, reading them.
   *
   * @param parameters names the parameters in messages
   * @param state names the elements of the state
   */
  void verify(Manifest manifest, Layout parameters, Layout state) throws IOException {
    Set<SliceFile> slices = new LinkedHashSet<>(manifest.slices());
    if (manifest.kept() != null) {
      slices.addAll(manifest.kept().slices());
    }
    InParallel.forEach(
        List.copyOf(slices),
        slice -> Slices.verify(fileSystem, directory, slice, parameters, state));
    InParallel.forEach(manifest.metrics(), segment -> segment.verify(this));
  }

  /**
   * Checks that files exist with their lengths.
   *
   * @throws DamagedFileException naming the first that does not
   */
  void require(Stream<StoredFile> files) throws IOException {
    InParallel.forEach(
        files.distinct().toList(), file -> file.requireLength(fileSystem, directory));
  }

  void delete(String name) throws IOException {
    fileSystem.delete(path(name), false);
  }
}
