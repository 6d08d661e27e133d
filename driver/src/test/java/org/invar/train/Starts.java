package org.invar.train;

import java.util.ArrayList;
import java.util.List;

/** Notes from which step a run goes on, with how many shards, and what it warns of. */
final class Starts implements TrainingListener {
  final List<Long> from = new ArrayList<>();
  final List<Integer> shards = new ArrayList<>();
  final List<String> warnings = new ArrayList<>();

  @Override
  public void started(Started started) {
    warnings.addAll(started.warnings());
    from.add(started.resumedAtStep());
    shards.add(started.shards());
  }
}
