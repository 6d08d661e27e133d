package org.invar.train;

import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.invar.Shown;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs a run where a program names no other listener: warnings as such, its start, its epochs and
 * its end as information.
 */
final class RunLog implements TrainingListener {
  private static final Logger LOG = LoggerFactory.getLogger(RunLog.class);

  private final String name;

  /**
   * Makes a log.
   *
   * @param name of the run
   */
  RunLog(String name) {
    this.name = name;
  }

  @Override
  public void started(Started started) {
    started.warnings().forEach(this::warning);
    LOG.info(
        "{}: rows {}, {} shards on {} tasks, {} epochs of {} steps, from step {}",
        name,
        started.rows(),
        started.shards(),
        started.partitions(),
        started.epochs(),
        started.stepsPerEpoch(),
        started.resumedAtStep());
  }

  @Override
  public void warning(String warning) {
    LOG.warn("{}: {}", name, Shown.of(warning));
  }

  @Override
  public void epoch(Epoch epoch) {
    LOG.info("{}: epoch {}/{}, {}", name, epoch.epoch(), epoch.epochs(), text(epoch.scores()));
  }

  @Override
  public void alreadyFinished(TrainingResult result) {
    LOG.info("{}: finished already, {}", name, Shown.line(result.directory()));
  }

  @Override
  public void finished(TrainingResult result) {
    LOG.info("{}: {}; {}", name, text(result.scores()), Shown.line(result.directory()));
  }

  private static String text(Map<String, Double> scores) {
    return scores.entrySet().stream()
        .map(score -> String.format(Locale.ROOT, "%s %.4g", score.getKey(), score.getValue()))
        .collect(Collectors.joining(", "));
  }
}
