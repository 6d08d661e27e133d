package org.invar.checkpoint;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.invar.InvarException;
import org.invar.storage.Json;
import org.invar.storage.RunFiles;

/**
 * The directory of a run: {@code job.yaml}, {@code checkpoints/}, {@code metrics.jsonl}, {@code
 * model/} and {@code summary.json}; {@code skipped.jsonl} where bad rows were left out.
 *
 * <p>{@code job.yaml} is written before everything else and says whose directory it is. Its first
 * line tells it from a job file that somebody keeps there, its last one from one that a kill cut
 * short. Who writes there has claimed it, see {@link Claim}.
 */
public final class RunDirectory implements AutoCloseable {
  private static final String JOB = "job.yaml";
  private static final String MODEL = "model";
  private static final String CHECKPOINTS = "checkpoints";
  private static final String METRICS = "metrics.jsonl";
  private static final String SUMMARY = "summary.json";
  private static final String SKIPPED = "skipped.jsonl";

  /** What a run writes behind {@code job.yaml}. */
  private static final List<String> OUTPUTS =
      List.of(CHECKPOINTS, MODEL, METRICS, SUMMARY, SKIPPED);

  private static final String FIRST_LINE =
      "# The resolved job of the Invar run in this directory\n";
  private static final String LAST_LINE = "# end of job\n";
  private static final String NOTHING_DELETED =
      "Nothing was deleted: name another directory with --out.";
  private static final int DIFFERENCES_SHOWN = 5;

  private final FileSystem fileSystem;
  private final Path path;
  private final String job;
  private final Mode mode;
  private final Claim claim;

  /** What to do with what a directory holds already. */
  public enum Mode {
    /** The directory must be empty or missing. */
    NEW,
    /** A run of the same job goes on; an empty or missing directory starts one. */
    RESUME,
    /** A run that is there is deleted. */
    OVERWRITE
  }

  private RunDirectory(FileSystem fileSystem, Path path, String job, Mode mode) {
    this.fileSystem = fileSystem;
    this.path = fileSystem.makeQualified(path);
    this.job = job;
    this.mode = mode;
    this.claim = Claim.of(fileSystem, this.path);
  }

  /**
   * Opens a directory for a run, and changes nothing yet: {@link #claim} does, once all else is
   * known to be right.
   *
   * @param path on any Hadoop file system
   * @param configuration finds the file system
   * @param jobYaml the resolved job, a YAML mapping
   * @param mode what to do with what is there
   * @throws InvarException when the mode does not allow what is there, a run of another job for
   *     example, when another process works there, or the directory cannot be read
   */
  public static RunDirectory open(
      Path path, Configuration configuration, String jobYaml, Mode mode) {
    try {
      RunDirectory directory = of(path, configuration, jobYaml, mode);
      directory.claim.requireFree();
      directory.check();
      return directory;
    } catch (IOException e) {
      throw unusable(path, e);
    }
  }

  /**
   * Opens the directory of a trial that goes on or begins, whether or not another attempt at it
   * works there: {@link #await} it.
   *
   * @throws InvarException when a run of another job is there, or the directory cannot be read
   */
  public static RunDirectory ofTrial(Path path, Configuration configuration, String jobYaml) {
    try {
      RunDirectory directory = of(path, configuration, jobYaml, Mode.RESUME);
      directory.check();
      return directory;
    } catch (IOException e) {
      throw unusable(path, e);
    }
  }

  private static RunDirectory of(Path path, Configuration configuration, String jobYaml, Mode mode)
      throws IOException {
    String job = FIRST_LINE + jobYaml + (jobYaml.endsWith("\n") ? "" : "\n") + LAST_LINE;
    return new RunDirectory(RunFiles.fileSystem(path, configuration), path, job, mode);
  }

  private static InvarException unusable(Path path, IOException e) {
    return new InvarException(
        path + ": cannot be used as a run directory: " + e + ". Check the path and its rights.", e);
  }

  private void check() throws IOException {
    List<String> names = names();
    String recorded = recordedJob(names);
    switch (mode) {
      case NEW -> requireEmpty(names);
      case RESUME -> requireSame(names, recorded, job);
      case OVERWRITE -> requireRun(names, recorded, NOTHING_DELETED);
    }
  }

  /** Returns whether the run is to go on from what is there. */
  public boolean isResumed() {
    return mode == Mode.RESUME;
  }

  /**
   * Takes the directory for the run: makes sure that nobody else works there, deletes what {@code
   * OVERWRITE} replaces, and records the job.
   *
   * @param application tells others what works here
   * @param notice hears what the user should know
   * @throws InvarException when somebody else works there, the mode does not allow what has come
   *     there since, or the directory cannot be written
   */
  public RunDirectory claim(String application, Consumer<String> notice) {
    return claim(
        () -> {
          String caution = claim.take(application);
          if (caution != null) {
            notice.accept(caution);
          }
        });
  }

  /** Does the same as soon as nobody else works there. */
  public RunDirectory await(String application) {
    return claim(() -> claim.await(application));
  }

  private interface Taking {
    void take() throws IOException;
  }

  private RunDirectory claim(Taking taking) {
    boolean taken = false;
    try {
      taking.take();
      check(); // Another may have been here since.
      List<String> names = names();
      if (mode == Mode.OVERWRITE) {
        clear(names);
      }
      if (mode != Mode.RESUME || !recordedJob(names).endsWith(LAST_LINE)) {
        write(JOB, job.getBytes(StandardCharsets.UTF_8));
      }
      taken = true;
      return this;
    } catch (IOException e) {
      throw unusable(path, e);
    } finally {
      if (!taken) {
        claim.close();
      }
    }
  }

  /**
   * Refuses to go on when another process has taken the directory.
   *
   * @throws InvarException saying which
   */
  public void requireClaim() throws IOException {
    claim.require();
  }

  /** Gives the directory up, if it was claimed. */
  @Override
  public void close() {
    claim.close();
  }

  /**
   * Opens the directory of a run for reading.
   *
   * @param path on any Hadoop file system
   * @param configuration finds the file system
   * @throws InvarException when no run is there, or its {@code job.yaml} is not whole
   */
  public static RunDirectory read(Path path, Configuration configuration) throws IOException {
    var directory =
        new RunDirectory(RunFiles.fileSystem(path, configuration), path, "", Mode.RESUME);
    List<String> names = directory.names();
    String recorded = directory.recordedJob(names);
    if (!recorded.startsWith(FIRST_LINE) || !recorded.endsWith(LAST_LINE)) {
      throw InvarException.of(
          path.toString(),
          "the directory of a run, with a whole " + JOB + " that Invar wrote",
          names.isEmpty() ? "nothing" : String.join(", ", names),
          "Name the directory that train wrote.");
    }
    return directory;
  }

  /** Returns the resolved job of the run, a YAML mapping. */
  public String job() throws IOException {
    return new String(RunFiles.read(fileSystem, new Path(path, JOB)), StandardCharsets.UTF_8);
  }

  /** Returns the directory itself, with its file system's scheme. */
  public Path path() {
    return path;
  }

  /** Returns where the finished model goes. */
  public Path model() {
    return new Path(path, MODEL);
  }

  /** Returns where checkpoints go. */
  public Path checkpoints() {
    return new Path(path, CHECKPOINTS);
  }

  /**
   * Creates {@code metrics.jsonl}, in place of one that may be there.
   *
   * @param before the lines of the checkpoint that the run goes on from; none at a start
   */
  public MetricsLog metrics(SavedMetrics before) throws IOException {
    return MetricsLog.create(fileSystem, new Path(path, METRICS), before, claim::require);
  }

  /**
   * Writes {@code skipped.jsonl}, in place of one that may be there.
   *
   * @param lines of the rows that were left out; empty leaves no file
   */
  public void writeSkipped(String lines) throws IOException {
    if (!lines.isEmpty()) {
      write(SKIPPED, lines.getBytes(StandardCharsets.UTF_8));
    }
  }

  /** Writes {@code summary.json}, in place of one that may be there. */
  public void writeSummary(ObjectNode summary) throws IOException {
    claim.require();
    write(SUMMARY, Json.text(summary));
  }

  /** Returns {@code summary.json}; empty when it is missing or was cut short by a kill. */
  public Optional<JsonNode> summary() throws IOException {
    try {
      JsonNode summary = Json.MAPPER.readTree(RunFiles.read(fileSystem, new Path(path, SUMMARY)));
      return Optional.of(summary).filter(JsonNode::isObject);
    } catch (FileNotFoundException | JacksonException e) {
      return Optional.empty();
    }
  }

  private List<String> names() throws IOException {
    if (fileSystem.exists(path) && !fileSystem.getFileStatus(path).isDirectory()) {
      throw InvarException.of(path.toString(), "a directory", "a file", "Name another directory.");
    }
    return Claim.without(RunFiles.names(fileSystem, path));
  }

  /** Returns the text of {@code job.yaml}; empty without one. */
  private String recordedJob(List<String> names) throws IOException {
    return names.contains(JOB)
        ? new String(RunFiles.read(fileSystem, new Path(path, JOB)), StandardCharsets.UTF_8)
        : "";
  }

  private void requireEmpty(List<String> names) {
    if (!names.isEmpty()) {
      String remedy =
          names.contains(JOB)
              ? "Go on with the run that is there with --resume, delete it with --overwrite, or"
                  + " name another directory with --out."
              : "It is not the directory of a run: name another one with --out.";
      throw InvarException.of(
          path.toString(), "an empty or missing directory", String.join(", ", names), remedy);
    }
  }

  private void requireSame(List<String> names, String recorded, String job) {
    requireRun(names, recorded, "Name the directory of the run to resume with --out.");
    String place = new Path(path, JOB).toString();
    if (recorded.endsWith(LAST_LINE)) {
      requireSameSettings(place, JobDifferences.between(recorded, job, place));
    } else if (names.stream().anyMatch(OUTPUTS::contains) && !job.startsWith(recorded)) {
      throw InvarException.of(
          place,
          "a whole job, ending in \"" + LAST_LINE.strip() + "\"",
          "the beginning of another one than this",
          "Put the run's own job.yaml back, or delete the run with --overwrite.");
    }
  }

  private static void requireSameSettings(String place, List<String> differences) {
    if (!differences.isEmpty()) {
      int shown = Math.min(DIFFERENCES_SHOWN, differences.size());
      throw InvarException.of(
          place,
          "the job that is to be resumed",
          "another one, which differs in "
              + String.join(", ", differences.subList(0, shown))
              + (shown < differences.size() ? ", …" : ""),
          "Resume with the settings of the run that is there (only name and checkpoint may differ),"
              + " delete it with --overwrite, or name another directory with --out.");
    }
  }

  /** Deletes a run; its job stays until it is overwritten, so that a kill leaves a run. */
  private void clear(List<String> names) throws IOException {
    for (String output : OUTPUTS) {
      if (names.contains(output)) {
        fileSystem.delete(new Path(path, output), true);
      }
    }
  }

  private void requireRun(List<String> names, String recorded, String remedy) {
    boolean ours =
        names.contains(JOB)
            && (recorded.startsWith(FIRST_LINE)
                // A kill may have cut it short, but only where nothing else was written yet.
                || (FIRST_LINE.startsWith(recorded)
                    && names.stream().noneMatch(OUTPUTS::contains)));
    if (!ours && !names.isEmpty()) {
      throw InvarException.of(
          path.toString(),
          "an empty directory or that of a run, with a " + JOB + " that Invar wrote",
          String.join(", ", names),
          remedy);
    }
  }

  private void write(String name, byte[] bytes) throws IOException {
    RunFiles.overwrite(fileSystem, new Path(path, name), bytes);
  }
}
