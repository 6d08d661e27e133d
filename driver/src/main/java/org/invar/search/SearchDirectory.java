package org.invar.search;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FileUtil;
import org.apache.hadoop.fs.Path;
import org.invar.InvarException;
import org.invar.checkpoint.Claim;
import org.invar.checkpoint.HashedJson;
import org.invar.checkpoint.RunDirectory.Mode;
import org.invar.config.Job;
import org.invar.config.yaml.YamlDocument;
import org.invar.config.yaml.YamlText;
import org.invar.search.space.Space;
import org.invar.storage.DamagedFileException;
import org.invar.storage.Json;
import org.invar.storage.RunFiles;
import org.invar.storage.StoredFile;
import org.invar.trials.TrialsIdentity;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directory of a search: {@code search.yaml}, the journal, {@code trials/}, and at the end what
 * people read.
 *
 * <p>{@code search.yaml} is written first and says whose directory it is; {@code identity.json}
 * says what the scores in it come from. Both have a hash, so that a part of one is none; that is
 * what a kill leaves before there is anything else, and is refused later.
 */
final class SearchDirectory implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SearchDirectory.class);
  private static final String SEARCH = "search.yaml";
  private static final String FIRST_LINE =
      "# The resolved search of the Invar search in this directory\n";
  private static final String END = "# end of search, SHA-256 ";
  private static final String IDENTITY = "identity.json";
  private static final String TRIALS = "trials";
  private static final String SKIPPED = "skipped.jsonl";

  private static final String STAGE = "stage-%04d.json";
  private static final String STAGES = "stage-\\d{4,}\\.json";

  /** What decides nothing of a trial: a search goes on whatever these say. */
  private static final Set<String> FREE = Set.of("name", "directory", "placement");

  private static final Set<String> FREE_OF_JOBS = Set.of("name", "checkpoint");

  /** What a search writes behind {@code search.yaml}, beside its journal and its stages. */
  private static final Set<String> OUTPUTS =
      Set.of(
          IDENTITY,
          TRIALS,
          SearchOutputs.BEST_JOB,
          SearchOutputs.BEST_RUN,
          SearchOutputs.REPORT,
          SearchOutputs.TABLE,
          SearchOutputs.PARQUET,
          SearchOutputs.SUMMARY,
          SKIPPED);

  private final FileSystem fileSystem;
  private final Configuration hadoop;
  private final Path path;
  private final String search;
  private final Mode mode;

  /** Whether somebody had claimed the directory before this search looked. */
  private boolean claimed;

  private final Claim claim;

  private SearchDirectory(
      FileSystem fileSystem, Configuration hadoop, Path path, String search, Mode mode) {
    this.fileSystem = fileSystem;
    this.hadoop = hadoop;
    this.path = path;
    this.search = search;
    this.mode = mode;
    this.claim = Claim.of(fileSystem, path);
  }

  /**
   * Opens a directory, and changes nothing yet.
   *
   * @param yaml the resolved search
   * @throws InvarException when the mode does not allow what is there, or another process works
   *     there
   */
  static SearchDirectory open(String directory, Configuration hadoop, String yaml, Mode mode) {
    String text = FIRST_LINE + yaml;
    Path given = new Path(directory);
    try {
      FileSystem fileSystem = RunFiles.fileSystem(given, hadoop);
      Path path = fileSystem.makeQualified(given);
      var opened = new SearchDirectory(fileSystem, hadoop, path, text, mode);
      opened.claim.requireFree();
      List<String> all = RunFiles.names(fileSystem, path);
      opened.claimed = Claim.without(all).size() < all.size();
      opened.check();
      return opened;
    } catch (IOException e) {
      throw new InvarException(
          directory + ": cannot be used for a search: " + e + ". Check the path and its rights.",
          e);
    }
  }

  private void check() throws IOException {
    List<String> names = Claim.without(RunFiles.names(fileSystem, path));
    if (names.isEmpty()) {
      return;
    }
    String recorded = recorded(names);
    if (mode == Mode.NEW) {
      throw InvarException.of(
          path.toString(),
          "an empty or missing directory",
          String.join(", ", names),
          recorded.startsWith(FIRST_LINE)
              ? "Go on with the search that is there with --resume, delete it with --overwrite, or"
                  + " name another directory with --out."
              : "It is not the directory of a search: name another one with --out.");
    }
    // Without the first file nobody knows whose directory it is. A kill may have cut it short, and
    // leaves a claim then; damage leaves the identity.
    boolean ours =
        names.contains(SEARCH)
            && (recorded.startsWith(FIRST_LINE)
                || (FIRST_LINE.startsWith(recorded) && (claimed || hasIdentity(names))));
    if (!ours) {
      throw InvarException.of(
          path.toString(),
          "an empty directory or that of a search, with a " + SEARCH + " that Invar wrote",
          String.join(", ", names),
          "Nothing was deleted: name another directory with --out.");
    }
    if (mode == Mode.RESUME) {
      checkSame(names, recorded);
    }
  }

  private void checkSame(List<String> names, String recorded) {
    String place = path(SEARCH).toString();
    String there = unsealed(recorded);
    if (there != null) {
      String difference = difference(deciding(there, place), deciding(search, "this search"));
      if (difference != null) {
        throw InvarException.of(
            place,
            "the search that is to be resumed",
            "another one, first in " + difference,
            "Resume with the settings of the search that is there, delete it with --overwrite, or"
                + " name another directory with --out.");
      }
    } else if (names.stream().anyMatch(SearchDirectory::isOutput)) {
      throw InvarException.of(
          place,
          "a whole search, as it was written",
          "a part of one, or one that was changed since",
          "Put a copy of the file back, or start again with --overwrite.");
    }
  }

  /** Whether there is a whole file of the data's identity, as only a search writes one. */
  private boolean hasIdentity(List<String> names) throws IOException {
    if (!names.contains(IDENTITY)) {
      return false;
    }
    try {
      HashedJson.body(RunFiles.read(fileSystem, path(IDENTITY)), "identity", path.toString());
      return true;
    } catch (DamagedFileException e) {
      return false;
    }
  }

  private static boolean isOutput(String name) {
    return OUTPUTS.contains(name) || Journal.isJournal(name) || name.matches(STAGES);
  }

  private static String sealed(String text) {
    return text + END + StoredFile.sha256(text.getBytes(StandardCharsets.UTF_8)) + "\n";
  }

  /** Returns what was sealed; null where that is not what is there. */
  private static @Nullable String unsealed(String file) {
    int end = file.lastIndexOf(END);
    String text = end < 0 ? "" : file.substring(0, end);
    return end >= 0 && sealed(text).equals(file) ? text : null;
  }

  /** Returns a search without what decides nothing of its trials. */
  private static String deciding(String yaml, String place) {
    JsonNode tree = YamlDocument.recorded(yaml, place).root();
    if (tree instanceof ObjectNode settings) {
      settings.remove(FREE);
      if (settings.get("job") instanceof ObjectNode job) {
        job.remove(FREE_OF_JOBS);
      }
    }
    return YamlText.render(tree);
  }

  private static @Nullable String difference(String there, String here) {
    List<String> old = there.lines().toList();
    List<String> now = here.lines().toList();
    for (int line = 0; line < Math.max(old.size(), now.size()); line++) {
      String before = line < old.size() ? old.get(line).strip() : "";
      String after = line < now.size() ? now.get(line).strip() : "";
      if (!before.equals(after)) {
        return "\"%s\" there, \"%s\" here".formatted(before, after);
      }
    }
    return null;
  }

  private String recorded(List<String> names) throws IOException {
    try {
      return names.contains(SEARCH) ? read(SEARCH) : "";
    } catch (DamagedFileException e) {
      throw refusal(e);
    }
  }

  /**
   * Takes the directory for the search, and changes nothing yet.
   *
   * @param application tells others what works here
   * @param notice hears what the user should know
   * @throws InvarException when another process works there, or the mode does not allow what has
   *     come there since
   */
  void claim(String application, Consumer<String> notice) throws IOException {
    String caution = claim.take(application);
    if (caution != null) {
      notice.accept(caution);
    }
    check();
  }

  /**
   * Refuses to go on when another process has taken the directory.
   *
   * @throws InvarException saying which
   */
  void requireClaim() throws IOException {
    claim.require();
  }

  /** Gives the directory up, if it was claimed. */
  @Override
  public void close() {
    claim.close();
  }

  /**
   * Begins the search in a directory that is claimed: deletes what {@code OVERWRITE} replaces,
   * nothing else.
   *
   * @param identity what the scores of trials come from
   * @throws InvarException when the search that is resumed has scores from other data or kernels
   */
  void begin(Job job, TrialsIdentity identity) throws IOException {
    @Nullable TrialsIdentity before = mode == Mode.RESUME ? identity() : null;
    if (before != null) {
      before.check(job, path.toString(), identity);
    }
    if (mode == Mode.OVERWRITE) {
      for (String name : RunFiles.names(fileSystem, path)) {
        // What says that the directory is ours stays until it is overwritten.
        if (isOutput(name)) {
          fileSystem.delete(new Path(path, name), true);
        }
      }
    }
    if (mode != Mode.RESUME || unsealed(recorded(RunFiles.names(fileSystem, path))) == null) {
      write(SEARCH, sealed(search));
    }
    if (before == null) {
      byte[] bytes = HashedJson.bytes(Json.MAPPER.valueToTree(identity));
      write(IDENTITY, new String(bytes, StandardCharsets.UTF_8));
    }
  }

  /**
   * Returns what the scores so far come from; null before there are any.
   *
   * @throws InvarException when that is not known, though trials have begun
   */
  private @Nullable TrialsIdentity identity() throws IOException {
    List<String> names = RunFiles.names(fileSystem, path);
    String place = path(IDENTITY).toString();
    boolean begun = names.stream().anyMatch(name -> !name.equals(IDENTITY) && isOutput(name));
    try {
      if (!names.contains(IDENTITY)) {
        if (begun) {
          throw new DamagedFileException(place, "what the scores so far come from", "no file");
        }
        return null;
      }
      byte[] bytes = RunFiles.read(fileSystem, path(IDENTITY));
      if (!begun && HashedJson.cutShort(bytes)) {
        return null;
      }
      return Json.bind(
          HashedJson.body(bytes, "identity of the data", place), TrialsIdentity.class, place);
    } catch (DamagedFileException e) {
      throw refusal(e);
    }
  }

  private static InvarException refusal(DamagedFileException e) {
    return InvarException.of(
        e.place(),
        e.expected(),
        e.found(),
        "Put a copy of the file back, or start again with --overwrite.");
  }

  /** Returns the directory itself, with its file system's scheme. */
  Path path() {
    return path;
  }

  /** Returns a path inside. */
  Path path(String name) {
    return new Path(path, name);
  }

  /** Returns where a trial runs, by its number. */
  String trial(int number) {
    return new Path(path, String.format(Locale.ROOT, "%s/%04d", TRIALS, number)).toString();
  }

  /** Returns what the journal holds. */
  List<Journal.Entry> entries() throws IOException {
    return Journal.read(fileSystem, path);
  }

  /** Opens a new file of the journal. */
  Journal journal() throws IOException {
    return Journal.open(fileSystem, path);
  }

  /**
   * Returns what a stage keeps to, as it was fixed before its first trial; null before that.
   *
   * @param begun whether it has begun
   * @throws InvarException when it has, and the file is not what was written
   */
  Space.@Nullable Focus focus(int stage, boolean begun) throws IOException {
    Path file = path(String.format(Locale.ROOT, STAGE, stage));
    try {
      byte[] bytes = RunFiles.read(fileSystem, file);
      return Json.bind(Json.parse(bytes, file.toString()), Space.Focus.class, file.toString());
    } catch (FileNotFoundException | DamagedFileException e) {
      if (begun) {
        throw refusal(
            e instanceof DamagedFileException damage
                ? damage
                : new DamagedFileException(file.toString(), "what the stage keeps to", "no file"));
      }
      return null; // One that a kill has cut short was to be whole before the first trial.
    }
  }

  /** Fixes what a stage keeps to. */
  void fix(int stage, Space.Focus focus) throws IOException {
    JsonNode tree = Json.MAPPER.valueToTree(focus);
    write(
        String.format(Locale.ROOT, STAGE, stage),
        new String(Json.text(tree), StandardCharsets.UTF_8));
  }

  /** Returns a small file's text. */
  String read(String name) throws IOException {
    return new String(RunFiles.read(fileSystem, path(name)), StandardCharsets.UTF_8);
  }

  /** Writes a small file, in place of one that may be there. */
  void write(String name, String text) throws IOException {
    requireClaim();
    RunFiles.overwrite(fileSystem, path(name), text.getBytes(StandardCharsets.UTF_8));
  }

  /** Writes the lines of the rows that were left out, where there are some. */
  void writeSkipped(String lines) throws IOException {
    if (!lines.isEmpty()) {
      write(SKIPPED, lines);
    }
  }

  /** Copies files and folders of a trial's run, in place of what may be there. */
  void copy(String run, String to, List<String> names) throws IOException {
    requireClaim();
    fileSystem.delete(path(to), true);
    fileSystem.mkdirs(path(to));
    for (String name : names) {
      Path from = new Path(run, name);
      if (fileSystem.exists(from)) {
        FileUtil.copy(fileSystem, from, fileSystem, new Path(path(to), name), false, true, hadoop);
      }
    }
  }

  /** Deletes what only a trial that goes on needs. */
  void deleteCheckpoints(String run) throws IOException {
    requireClaim();
    fileSystem.delete(new Path(run, "checkpoints"), true);
  }

  /** Hands over the lines of a trial's metrics so far; none while there are none to be seen. */
  void metrics(String run, Consumer<String> each) {
    try (var lines =
        new BufferedReader(
            new InputStreamReader(
                fileSystem.open(new Path(run, "metrics.jsonl")), StandardCharsets.UTF_8))) {
      lines.lines().forEach(each);
    } catch (IOException | UncheckedIOException | FSError e) {
      LOG.debug("the metrics of {} cannot be read", run, e);
    }
  }
}
