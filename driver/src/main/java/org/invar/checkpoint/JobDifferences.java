package org.invar.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.invar.InvarException;
import org.invar.storage.Json;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/** Where two resolved jobs differ in something that decides what is computed. */
final class JobDifferences {
  /** Keys that may differ between a run and its resumption. */
  private static final Set<String> FREE = Set.of("checkpoint", "name");

  private static final int SHOWN_CHARACTERS = 60;

  private final List<String> found = new ArrayList<>();

  private JobDifferences() {}

  /**
   * Returns the differences in document order, for example {@code train.epochs (10 there, 20
   * here)}.
   *
   * @param there the resolved job of the directory, as YAML
   * @param here the resolved job of this run, as YAML
   * @param place names the directory's job in messages
   */
  static List<String> between(String there, String here, String place) {
    var differences = new JobDifferences();
    differences.compare("", tree(there, place), tree(here, "this job"));
    return differences.found;
  }

  private static JsonNode tree(String yaml, String place) {
    Object value;
    try {
      LoaderOptions options = new LoaderOptions();
      options.setMaxAliasesForCollections(0); // No job has one, and they multiply.
      value = new Yaml(new SafeConstructor(options)).load(yaml);
    } catch (YAMLException e) {
      throw new InvarException(
          place + ": expected YAML, found " + e.getMessage() + ". Restore the file or --overwrite.",
          e);
    }
    return Json.MAPPER.valueToTree(value);
  }

  private void compare(String path, JsonNode there, JsonNode here) {
    if (there.isObject() && here.isObject()) {
      Set<String> keys = new LinkedHashSet<>();
      there.fieldNames().forEachRemaining(keys::add);
      here.fieldNames().forEachRemaining(keys::add);
      for (String key : keys) {
        if (!path.isEmpty() || !FREE.contains(key)) {
          compare(path.isEmpty() ? key : path + "." + key, there.path(key), here.path(key));
        }
      }
    } else if (there.isArray() && here.isArray()) {
      for (int i = 0; i < Math.max(there.size(), here.size()); i++) {
        compare(path + "[" + i + "]", there.path(i), here.path(i));
      }
    } else if (!same(there, here)) {
      found.add(path + " (" + shown(there) + " there, " + shown(here) + " here)");
    }
  }

  private static boolean same(JsonNode there, JsonNode here) {
    if (there.isNumber() && here.isNumber()) {
      return there.doubleValue() == here.doubleValue() && there.longValue() == here.longValue();
    }
    return there.equals(here);
  }

  private static String shown(JsonNode value) {
    String text = value.isMissingNode() ? "nothing" : Json.line(value);
    return text.length() <= SHOWN_CHARACTERS ? text : text.substring(0, SHOWN_CHARACTERS) + "…";
  }
}
