package org.invar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.invar.config.Job;
import org.invar.config.yaml.YamlDocument;
import org.invar.optim.schedule.Schedule;
import org.junit.jupiter.api.Test;

/** What conf/README.md says of every setting, optimizer and schedule is how jobs spell them. */
class EverySettingTest {
  private static final Path DOCUMENT =
      Path.of(System.getProperty("invar.root")).resolve("conf/README.md");

  @Test
  void theBlockIsAJobAndLeavesNoSettingOut() throws IOException {
    String block = block("name: everything");
    JsonNode written = tree(block);
    JsonNode all = Job.parse(block, "conf/README.md").tree();
    for (String part : List.of("data", "train", "checkpoint")) {
      assertEquals(keys(all.path(part)), keys(written.path(part)), part);
    }
    assertEquals(keys(all), keys(written));
    for (String part : List.of("data/train", "loss/softmaxCrossEntropy", "train/earlyStopping")) {
      String pointer = "/" + part;
      assertEquals(keys(all.at(pointer)), keys(written.at(pointer)), part);
    }
  }

  @Test
  void optimizersAndSchedulesAreSpelledWithAllOfTheirKeys() throws IOException {
    JsonNode written = tree(block("optimizer:"));
    Job job = Job.parse(block("name: everything"), "conf/README.md");
    for (String setting : List.of("optimizer", "schedule")) {
      for (JsonNode one : written.path(setting)) {
        JsonNode bound =
            job.with("train." + setting, one.toString()).tree().at("/train/" + setting);
        if (one.isObject() && one.elements().next().isObject()) {
          String name = one.fieldNames().next();
          assertEquals(keys(bound.path(name)), keys(one.path(name)), name);
        }
      }
    }
    assertEquals(Schedule.class.getPermittedSubclasses().length, written.path("schedule").size());
  }

  private static Set<String> keys(JsonNode map) {
    List<String> keys = new ArrayList<>();
    for (Map.Entry<String, JsonNode> entry : map.properties()) {
      keys.add(entry.getKey());
    }
    assertTrue(!keys.isEmpty(), map.toString());
    return new TreeSet<>(keys);
  }

  private static JsonNode tree(String yaml) {
    return YamlDocument.parse(yaml, "conf/README.md").root();
  }

  /** Returns the block of YAML that begins so. */
  private static String block(String begin) throws IOException {
    Matcher block =
        Pattern.compile("(?s)```yaml\n(" + begin + ".*?)```").matcher(Files.readString(DOCUMENT));
    assertTrue(block.find(), begin);
    return block.group(1);
  }
}
