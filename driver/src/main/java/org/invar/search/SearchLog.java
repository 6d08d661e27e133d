package org.invar.search;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs a search where a program names no other listener: warnings as such, and the ends of trials'
 * parts as information.
 */
final class SearchLog implements SearchListener {
  private static final Logger LOG = LoggerFactory.getLogger(SearchLog.class);

  private final String name;

  /**
   * Makes a log.
   *
   * @param name of the search
   */
  SearchLog(String name) {
    this.name = name;
  }

  @Override
  public void warning(String warning) {
    LOG.warn("{}: {}", name, warning);
  }

  @Override
  public void ended(SearchedTrial trial, Standing standing) {
    LOG.info(
        "{}: trial {} of {}, {} after {} epochs, score {}{}",
        name,
        trial.number(),
        standing.of(),
        trial.status().atEnd(),
        trial.epochs(),
        trial.score(),
        trial.failure() == null ? "" : ": " + trial.failure());
  }

  @Override
  public void finished(SearchResult result) {
    LOG.info("{}: {} trials; {}", name, result.ranked().size(), result.directory());
  }
}
