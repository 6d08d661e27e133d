package org.invar.train;

import java.util.Locale;
import org.invar.source.PackedDataset;
import org.invar.source.PackedSplits;
import org.jspecify.annotations.Nullable;

/** The parts that a job's data may have. */
enum Split {
  TRAIN,
  DEV,
  TEST;

  /** Returns the data of this split, or null when the job has none. */
  @Nullable PackedDataset of(PackedSplits splits) {
    return switch (this) {
      case TRAIN -> splits.train();
      case DEV -> splits.dev();
      case TEST -> splits.test();
    };
  }

  /** Returns the name that people see: {@code train}, {@code dev}, {@code test}. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Returns the name of a score of this split, for example {@code devAccuracy}. */
  String score(String name) {
    return label() + Character.toUpperCase(name.charAt(0)) + name.substring(1);
  }
}
