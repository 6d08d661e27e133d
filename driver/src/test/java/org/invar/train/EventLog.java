package org.invar.train;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.invar.storage.Json;

/** What Spark's event log, not compressed, says of an application. */
final class EventLog {
  private final List<JsonNode> events = new ArrayList<>();

  /**
   * A gang's stage.
   *
   * @param barrier whether its tasks start together
   * @param tasks how many it has
   * @param executors that its tasks ran on
   * @param cpus of each task
   */
  record Stage(boolean barrier, int tasks, Set<String> executors, double cpus) {}

  private EventLog() {}

  /** Returns the properties of a driver that make it write events into a folder that exists. */
  static List<String> properties(Path folder) {
    return List.of(
        "-Dspark.eventLog.enabled=true",
        "-Dspark.eventLog.compress=false",
        "-Dspark.eventLog.dir=" + folder.toUri());
  }

  /** Reads all events in a folder. */
  static EventLog read(Path folder) throws Exception {
    EventLog log = new EventLog();
    try (var files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        boolean hidden = file.getFileName().toString().startsWith("."); // Hadoop's checksums.
        for (String line : hidden ? List.<String>of() : Files.readAllLines(file)) {
          log.events.add(Json.MAPPER.readTree(line));
        }
      }
    }
    return log;
  }

  private List<JsonNode> of(String kind) {
    return events.stream()
        .filter(event -> event.path("Event").asText().equals("SparkListener" + kind))
        .toList();
  }

  /** Returns the stages of all gangs, in the order in which they began. */
  List<Stage> gangs() {
    List<Stage> stages = new ArrayList<>();
    for (JsonNode job : of("JobStart")) {
      if (job.path("Properties").path("spark.job.description").asText().contains("gang of ")) {
        int last = -1; // The stage with the job's result; those before it move blocks.
        for (JsonNode id : job.required("Stage IDs")) {
          last = Math.max(last, id.asInt());
        }
        stages.add(stage(last));
      }
    }
    return stages;
  }

  private Stage stage(int id) {
    Set<String> executors = new TreeSet<>();
    int tasks = 0;
    for (JsonNode start : of("TaskStart")) {
      if (start.required("Stage ID").asInt() == id) {
        executors.add(start.required("Task Info").required("Executor ID").asText());
        tasks++;
      }
    }
    for (JsonNode submitted : of("StageSubmitted")) {
      JsonNode info = submitted.required("Stage Info");
      if (info.required("Stage ID").asInt() == id) {
        boolean barrier = false;
        for (JsonNode rdd : info.required("RDD Info")) {
          barrier |= rdd.path("Barrier").asBoolean();
        }
        return new Stage(barrier, tasks, executors, cpus(info.path("Resource Profile Id").asInt()));
      }
    }
    throw new AssertionError("stage " + id + " was not submitted");
  }

  private double cpus(int profile) {
    for (JsonNode added : of("ResourceProfileAdded")) {
      if (added.required("Resource Profile Id").asInt() == profile) {
        return added
            .required("Task Resource Requests")
            .required("cpus")
            .required("Amount")
            .asDouble();
      }
    }
    throw new AssertionError("no resource profile " + profile);
  }
}
