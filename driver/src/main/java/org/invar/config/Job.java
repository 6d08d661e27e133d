package org.invar.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import org.invar.InvarException;
import org.invar.config.bind.Binder;
import org.invar.config.yaml.HiddenSecrets;
import org.invar.config.yaml.YamlDocument;
import org.invar.config.yaml.YamlText;

/**
 * A job: its settings, and where each of them was written; immutable.
 *
 * <p>Jobs are equal where their settings are.
 */
public final class Job {
  private final JobSettings settings;
  private final YamlDocument document;
  private final Binder binder;

  private Job(JobSettings settings, YamlDocument document, Binder binder) {
    this.settings = settings;
    this.document = document;
    this.binder = binder;
  }

  /**
   * Reads a job file.
   *
   * @param assignments {@code key=value} each, applied in order, as {@code --set} has them
   */
  public static Job load(Path file, String... assignments) {
    YamlDocument document = YamlDocument.read(file);
    for (String assignment : assignments) {
      document = document.with(assignment);
    }
    return of(document, Vocabulary.standard());
  }

  /**
   * Reads a job from text.
   *
   * @param placeName what places in messages start with
   */
  public static Job parse(String text, String placeName) {
    return of(YamlDocument.parse(text, placeName), Vocabulary.standard());
  }

  /** Returns the job that a document spells with the names that a binder knows. */
  public static Job of(YamlDocument document, Binder binder) {
    return new Job(binder.bind(document, JobSettings.class), document, binder);
  }

  /** Returns a job of settings that a program made. */
  public static Job of(JobSettings settings) {
    Binder binder = Vocabulary.standard();
    String name = "job " + settings.name();
    return new Job(settings, YamlDocument.of(binder.tree(settings), name), binder);
  }

  /** Returns this job with one setting replaced; see {@link YamlDocument#with(String, String)}. */
  public Job with(String key, String value) {
    return of(document.with(key, value), binder);
  }

  /** Returns all settings. */
  public JobSettings settings() {
    return settings;
  }

  /** Returns the name of the run. */
  public String name() {
    return settings.name();
  }

  /** Returns the binder that knows the names in this job. */
  public Binder binder() {
    return binder;
  }

  /**
   * Returns the place of a setting, with its key, such as {@code conf/x.yaml:12: train.epochs}; of
   * a setting that is not written, the nearest place around it.
   */
  public String place(String key) {
    return document.place(key);
  }

  /** Returns an exception about a setting, for what only the data or the network can tell. */
  public InvarException wrong(String key, String expected, String found, String remedy) {
    return InvarException.of(place(key), expected, found, remedy);
  }

  /** Returns all settings, defaults included, as a tree. */
  public JsonNode tree() {
    return binder.tree(settings);
  }

  /**
   * Returns all settings, defaults included, as YAML that makes an equal job, but for {@link
   * HiddenSecrets}.
   */
  public String yaml() {
    return YamlText.render(HiddenSecrets.in(tree()));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Job job && job.settings.equals(settings);
  }

  @Override
  public int hashCode() {
    return settings.hashCode();
  }

  @Override
  public String toString() {
    return "Job " + settings;
  }
}
