package org.invar.train;

import java.util.ArrayList;
import java.util.List;

/** What a run tells its user. */
final class Told implements TrainingListener {
  final List<String> warnings = new ArrayList<>();
  final List<Epoch> epochs = new ArrayList<>();
  int finishedAlready;

  @Override
  public void started(Started started) {
    warnings.addAll(started.warnings());
  }

  @Override
  public void warning(String warning) {
    warnings.add(warning);
  }

  @Override
  public void epoch(Epoch epoch) {
    epochs.add(epoch);
  }

  @Override
  public void alreadyFinished(TrainingResult result) {
    finishedAlready++;
  }

  /** Returns the warnings that have that text in them. */
  List<String> of(String text) {
    return warnings.stream().filter(warning -> warning.contains(text)).toList();
  }
}
