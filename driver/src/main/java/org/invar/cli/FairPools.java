package org.invar.cli;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;
import org.apache.spark.sql.SparkSession;
import org.invar.InvarException;
import org.jspecify.annotations.Nullable;

/**
 * The pools of Spark's fair scheduler, {@code fairscheduler.xml} of this jar, for a session whose
 * user has named no others.
 *
 * <p>Spark looks for a file of that name where its own classes are. Under spark-submit the job jar
 * is elsewhere, so there it gets a copy, which it reads when the session begins.
 */
final class FairPools implements Closeable {
  private static final String FILE = "fairscheduler.xml";
  private static final String SETTING = "spark.scheduler.allocation.file";

  private final SparkSession.Builder builder;
  private final @Nullable Path copy;

  private FairPools(SparkSession.Builder builder, @Nullable Path copy) {
    this.builder = builder;
    this.copy = copy;
  }

  /**
   * Makes sure of the pools of a session that is to be fair.
   *
   * @param spark finds what Spark finds
   */
  static FairPools of(SparkSession.Builder builder, ClassLoader spark) {
    boolean fair = System.getProperty("spark.scheduler.mode", "").equalsIgnoreCase("FAIR");
    if (!fair || System.getProperty(SETTING) != null || spark.getResource(FILE) != null) {
      return new FairPools(builder, null);
    }
    try {
      Path copy = Files.createTempFile("invar-", "-" + FILE);
      copy.toFile().deleteOnExit();
      try (InputStream pools = FairPools.class.getClassLoader().getResourceAsStream(FILE)) {
        Files.copy(Objects.requireNonNull(pools), copy, StandardCopyOption.REPLACE_EXISTING);
      }
      builder.config(SETTING, copy.toUri().toString());
      return new FairPools(builder, copy);
    } catch (IOException e) {
      throw new InvarException(
          "%s: cannot be written for Spark: %s. Name a file of yours with --conf %s=file:/…"
              .formatted(FILE, e, SETTING),
          e);
    }
  }

  /** Begins the session, or returns the one that is there. */
  SparkSession session() {
    return builder.getOrCreate();
  }

  /** Deletes the copy, which Spark has read. */
  @Override
  public void close() {
    if (copy != null && !copy.toFile().delete()) {
      copy.toFile().deleteOnExit();
    }
  }
}
