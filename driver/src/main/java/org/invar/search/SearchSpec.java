package org.invar.search;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.invar.InvarException;
import org.invar.config.Job;
import org.invar.config.Vocabulary;
import org.invar.config.bind.Binder;
import org.invar.config.yaml.HiddenSecrets;
import org.invar.config.yaml.YamlDocument;
import org.invar.config.yaml.YamlText;
import org.invar.search.space.Distribution;
import org.invar.search.space.Space;
import org.jspecify.annotations.Nullable;

/**
 * A search: its settings, where each of them was written, its job and its space; immutable.
 *
 * <p>Whatever can be known to be wrong before there is data is refused when it is made.
 */
public final class SearchSpec {
  private static final String EPOCHS = "train.epochs";

  private final SearchSettings settings;
  private final YamlDocument document;
  private final Job job;
  private final JsonNode tree;
  private final Space space;

  private SearchSpec(SearchSettings settings, YamlDocument document, Job job) {
    this.settings = settings;
    this.document = document;
    this.job = job;
    this.tree = job.tree();
    this.space = new Space(settings.space());
  }

  /**
   * Reads a search file.
   *
   * @param assignments {@code key=value} each, applied in order, as {@code --set} has them
   * @throws InvarException naming file and line of what is wrong
   */
  public static SearchSpec load(Path file, String... assignments) {
    YamlDocument document = YamlDocument.read(file);
    for (String assignment : assignments) {
      document = document.with(assignment);
    }
    return of(document, Vocabulary.standard(), file.toAbsolutePath().getParent());
  }

  /**
   * Reads a search from text.
   *
   * @param placeName what places in messages start with
   */
  public static SearchSpec parse(String text, String placeName) {
    return of(YamlDocument.parse(text, placeName), Vocabulary.standard(), Path.of(""));
  }

  /**
   * Returns the search that a document spells.
   *
   * @param binder knows the names of the job
   * @param folder what the job's file is relative to
   */
  public static SearchSpec of(YamlDocument document, Binder binder, @Nullable Path folder) {
    SearchSettings settings = binder.bind(document, SearchSettings.class);
    settings.space().keySet().forEach(key -> SpaceCheck.checkKey(key, placeOfKey(document, key)));
    SearchSpec spec = new SearchSpec(settings, document, job(settings, document, binder, folder));
    new SpaceCheck(spec).check();
    return spec;
  }

  private static Job job(
      SearchSettings settings, YamlDocument document, Binder binder, @Nullable Path folder) {
    JsonNode job = settings.job();
    if (job.isTextual()) {
      Path file = Path.of(job.textValue());
      Path found = folder == null ? file : folder.resolve(file);
      return Job.of(YamlDocument.read(found), binder);
    }
    if (!job.isObject()) {
      throw InvarException.of(
          document.place("job"),
          "the file of a job, relative to this one, or the job itself",
          job.isNull() ? "nothing" : job.toString(),
          "Write, for example, job: digits.yaml.");
    }
    return Job.of(document.at("job"), binder);
  }

  /** Returns all settings. */
  public SearchSettings settings() {
    return settings;
  }

  /** Returns the job whose settings are searched. */
  public Job job() {
    return job;
  }

  /** Returns the space. */
  Space space() {
    return space;
  }

  /** Returns all settings of the job. */
  JsonNode jobTree() {
    return tree;
  }

  /** Returns the place of a setting of the search. */
  String place(String key) {
    return document.place(key);
  }

  /** Returns the place of a key of the space. */
  String placeOfKey(String key) {
    return placeOfKey(document, key);
  }

  private static String placeOfKey(YamlDocument document, String key) {
    return document.place("space[\"" + key.replace("\\", "\\\\").replace("\"", "\\\"") + "\"]");
  }

  /**
   * Returns the job with values in their places.
   *
   * @param values by their keys
   * @param name of the job
   * @param directory where it runs
   * @param shards V
   * @throws InvarException when the values together are no job
   */
  Job job(Map<String, JsonNode> values, String name, String directory, int shards) {
    ObjectNode trial = (ObjectNode) space.apply(tree, values);
    trial.put("name", name);
    trial.withObjectProperty("train").put("shards", shards);
    ObjectNode checkpoint = trial.withObjectProperty("checkpoint");
    checkpoint.put("directory", directory);
    return Job.of(YamlDocument.of(trial, "job " + name), job.binder());
  }

  /** Returns the most epochs of a trial that is trained to its end. */
  public int mostEpochs() {
    int own = job.settings().train().epochs();
    Distribution epochs = settings.space().get(EPOCHS);
    if (epochs == null) {
      return own;
    }
    int drawn =
        epochs instanceof Distribution.Choice choice
            ? choice.values().stream().mapToInt(JsonNode::intValue).max().orElse(own)
            : epochs.at(Math.nextDown(1.0)).intValue();
    List<Stage> stages = settings.stages();
    boolean always = stages.isEmpty() || stages.get(0).keys().contains(EPOCHS);
    return always ? drawn : Math.max(own, drawn); // Earlier stages have the job's own.
  }

  /**
   * Returns the search as YAML, with the job in it, from which an equal one can be read, but for
   * secrets.
   */
  public String yaml() {
    ObjectNode all = (ObjectNode) job.binder().tree(settings);
    all.set("job", tree);
    return YamlText.render(HiddenSecrets.in(all));
  }
}
