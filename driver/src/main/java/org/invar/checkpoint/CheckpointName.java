package org.invar.checkpoint;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.invar.storage.SliceFile;

/**
 * What the names of a checkpoint's files begin with; later checkpoints are greater.
 *
 * @param step steps taken
 * @param attempt how often the step had been tried to be saved before
 */
public record CheckpointName(long step, int attempt) implements Comparable<CheckpointName> {
  private static final Pattern FILE =
      Pattern.compile("step-(\\d{10,18})-(\\d{3,9})\\.[a-z0-9-]+\\.[a-z]+");

  /** Returns the checkpoint that a file belongs to; empty when the name is not of our making. */
  static Optional<CheckpointName> of(String file) {
    Matcher matcher = FILE.matcher(file);
    return matcher.matches()
        ? Optional.of(
            new CheckpointName(
                Long.parseLong(matcher.group(1)), Integer.parseInt(matcher.group(2))))
        : Optional.empty();
  }

  /** Returns the step's first name behind all that are in use. */
  static CheckpointName unused(long step, List<String> files) {
    int attempt =
        files.stream()
            .flatMap(file -> of(file).stream())
            .filter(name -> name.step == step)
            .mapToInt(name -> name.attempt + 1)
            .max()
            .orElse(0);
    return new CheckpointName(step, attempt);
  }

  /** Returns what the names of its slices begin with, for {@link SliceFile#name}. */
  public String slices() {
    return file("slice");
  }

  /** Returns the same for the slices of the kept model, where those are written anew. */
  public String kept() {
    return file("kept");
  }

  /** Returns the manifest's name. */
  String manifest() {
    return this + ".manifest.json";
  }

  /** Returns a file's name, {@code part} being its purpose and its ending. */
  String file(String part) {
    return this + "." + part;
  }

  /** Orders by step, then by attempt. */
  @Override
  public int compareTo(CheckpointName other) {
    return Comparator.comparingLong(CheckpointName::step)
        .thenComparingInt(CheckpointName::attempt)
        .compare(this, other);
  }

  /** Returns for example {@code step-0000000500-000}. */
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "step-%010d-%03d", step, attempt);
  }
}
