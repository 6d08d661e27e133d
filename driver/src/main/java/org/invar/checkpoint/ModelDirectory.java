package org.invar.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.invar.InvarException;
import org.invar.storage.DamagedFileException;
import org.invar.storage.Json;
import org.invar.storage.RunFiles;
import org.invar.storage.StoredFile;
import org.invar.tensor.Layout;
import org.invar.tensor.Weights;

/**
 * A finished model: {@code architecture.yaml}, {@code weights.safetensors}, {@code
 * preprocessing.json}, and {@code model.json} with the SHA-256 of each.
 *
 * <p>{@code model.json} is written last, so a model that a kill left half written is recognized.
 * The same model gives the same bytes.
 */
public final class ModelDirectory {
  private static final String MODEL = "model.json";
  private static final String ARCHITECTURE = "architecture.yaml";
  private static final String WEIGHTS = "weights.safetensors";
  private static final String PREPROCESSING = "preprocessing.json";
  private static final int FORMAT = 1;
  private static final String REMEDY =
      "Put another copy of the model there, or let the run write it again with train --resume.";

  private final FileSystem fileSystem;
  private final Path path;
  private final Map<String, StoredFile> files;

  private ModelDirectory(FileSystem fileSystem, Path path, Map<String, StoredFile> files) {
    this.fileSystem = fileSystem;
    this.path = path;
    this.files = files;
  }

  /**
   * Writes a model; does nothing where exactly this one is there, whole.
   *
   * @param path see {@link RunDirectory#model()}
   * @param configuration finds the file system
   * @param architecture YAML from which the network can be built again
   * @param preprocessing how rows become the network's input; a JSON object
   * @param parameters layout of {@code weights.parameters()}
   * @param state layout of {@code weights.state()}
   * @param weights the values
   */
  public static void write(
      Path path,
      Configuration configuration,
      String architecture,
      JsonNode preprocessing,
      Layout parameters,
      Layout state,
      Weights weights)
      throws IOException {
    FileSystem fileSystem = RunFiles.fileSystem(path, configuration);
    Map<String, StoredFile.Content> contents = new LinkedHashMap<>();
    contents.put(ARCHITECTURE, out -> out.write(architecture.getBytes(StandardCharsets.UTF_8)));
    contents.put(WEIGHTS, out -> WeightsFile.write(out, weights, parameters, state));
    contents.put(PREPROCESSING, out -> out.write(Json.text(preprocessing)));
    Map<String, StoredFile> files = new LinkedHashMap<>();
    for (Map.Entry<String, StoredFile.Content> content : contents.entrySet()) {
      files.put(content.getKey(), StoredFile.unwritten(content.getKey(), content.getValue()));
    }
    byte[] model = Json.text(json(files));
    var directory = new ModelDirectory(fileSystem, path, files);
    if (directory.holds(model)) {
      return;
    }
    fileSystem.delete(new Path(path, MODEL), false);
    RunFiles.requireInside(fileSystem, path);
    for (Map.Entry<String, StoredFile.Content> content : contents.entrySet()) {
      Path file = new Path(path, content.getKey());
      RunFiles.requireInside(fileSystem, file);
      StoredFile.write(fileSystem, file, true, content.getValue());
    }
    RunFiles.overwrite(fileSystem, new Path(path, MODEL), model);
  }

  /**
   * Opens a model for reading.
   *
   * @throws InvarException when there is none, or {@code model.json} is damaged; the other files
   *     are checked as they are read
   */
  public static ModelDirectory open(Path path, Configuration configuration) throws IOException {
    FileSystem fileSystem = RunFiles.fileSystem(path, configuration);
    Path file = new Path(path, MODEL);
    JsonNode json;
    try {
      RunFiles.requireInside(fileSystem, path);
      json = Json.parse(RunFiles.read(fileSystem, file), file.toString());
    } catch (FileNotFoundException e) {
      throw InvarException.of(
          path.toString(),
          "a model, with a " + MODEL,
          "no file of that name",
          "Name the directory of a finished run; an unfinished one writes its model at the end,"
              + " with train --resume.");
    } catch (DamagedFileException e) {
      throw refusal(e);
    }
    if (json.path("format").asInt() != FORMAT) {
      throw InvarException.of(
          file.toString(),
          "a model of format " + FORMAT,
          "format " + json.path("format"),
          "Use the version of Invar that wrote it.");
    }
    try {
      Map<String, StoredFile> files = new LinkedHashMap<>();
      Json.bind(json, Contents.class, file.toString())
          .files()
          .forEach(each -> files.put(each.name(), each));
      return new ModelDirectory(fileSystem, path, files);
    } catch (DamagedFileException e) {
      throw refusal(e);
    }
  }

  /** What {@code model.json} has. */
  private record Contents(int format, List<StoredFile> files) {}

  private static InvarException refusal(DamagedFileException e) {
    return InvarException.of(e.place(), e.expected(), e.found(), REMEDY);
  }

  /**
   * Returns the text of {@code architecture.yaml}.
   *
   * @throws InvarException when the file is not the one that was written
   */
  public String architecture() throws IOException {
    return read(ARCHITECTURE, (in, n) -> new String(in.readAllBytes(), StandardCharsets.UTF_8));
  }

  /**
   * Returns what {@code preprocessing.json} describes.
   *
   * @param type the record that it was written from
   * @throws InvarException when the file is not the one that was written, or of another version
   */
  public <T> T preprocessing(Class<T> type) throws IOException {
    byte[] bytes = read(PREPROCESSING, (in, n) -> in.readAllBytes());
    String place = new Path(path, PREPROCESSING).toString();
    try {
      return Json.bind(Json.parse(bytes, place), type, place);
    } catch (DamagedFileException e) {
      throw refusal(e);
    }
  }

  /**
   * Returns the weights.
   *
   * @param parameters layout of the parameters of the network that {@link #architecture} describes
   * @param state layout of its state
   * @throws InvarException when the file is not the one that was written, or of other layouts
   */
  public Weights weights(Layout parameters, Layout state) throws IOException {
    String place = new Path(path, WEIGHTS).toString();
    return read(WEIGHTS, (in, n) -> WeightsFile.read(in, n, place, parameters, state));
  }

  /** Returns whether the directory has this {@code model.json} and each file that it names. */
  private boolean holds(byte[] model) throws IOException {
    try {
      if (!Arrays.equals(RunFiles.read(fileSystem, new Path(path, MODEL)), model)) {
        return false;
      }
      for (StoredFile file : files.values()) {
        file.verify(fileSystem, path);
      }
      return true;
    } catch (IOException e) {
      RunFiles.rethrowUnlessDamage(e);
      return false;
    }
  }

  private <T> T read(String name, StoredFile.Reading<T> reading) throws IOException {
    StoredFile file = files.get(name);
    if (file == null) {
      throw InvarException.of(
          new Path(path, MODEL).toString(), "an entry for " + name, "none", REMEDY);
    }
    try {
      return file.read(fileSystem, path, reading);
    } catch (DamagedFileException e) {
      throw refusal(e);
    }
  }

  private static ObjectNode json(Map<String, StoredFile> files) {
    ObjectNode json = JsonNodeFactory.instance.objectNode().put("format", FORMAT);
    ArrayNode array = json.putArray("files");
    files.values().forEach(file -> array.add(file.toJson()));
    return json;
  }
}
