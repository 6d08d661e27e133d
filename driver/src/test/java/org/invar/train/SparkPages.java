package org.invar.train;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.invar.storage.Json;

/** What Spark's web interface shows of an application that runs, and its interface for programs. */
final class SparkPages {
  private static final Pattern PORT =
      Pattern.compile("Successfully started service 'SparkUI' on port (\\d+)");

  private static final List<String> PAGES =
      List.of("/environment/", "/jobs/", "/stages/", "/storage/", "/executors/", "/SQL/");

  private final HttpClient client =
      HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NORMAL).build();

  private final String address;
  private final String api;

  private SparkPages(String address, DriverProcess run) throws Exception {
    this.address = address;
    String applications = answer("/api/v1/applications").body();
    while (!applications.contains("\"id\"")) { // Spark answers 404, or in words, while it starts.
      pause(run);
      applications = answer("/api/v1/applications").body();
    }
    JsonNode first = Json.MAPPER.readTree(applications).required(0);
    this.api = "/api/v1/applications/" + first.required("id").asText();
  }

  /** Returns the pages of an application, whose port stands in its log. */
  static SparkPages of(DriverProcess run) throws Exception {
    while (true) {
      Matcher matcher = PORT.matcher(run.log());
      if (matcher.find()) {
        return new SparkPages("http://127.0.0.1:" + matcher.group(1), run);
      }
      pause(run);
    }
  }

  /** Waits until a job runs whose description has those words. */
  void awaitJob(DriverProcess run, String description) throws Exception {
    while (true) {
      for (JsonNode job : Json.MAPPER.readTree(get(api + "/jobs?status=running"))) {
        if (job.path("description").asText().contains(description)
            && job.required("numActiveTasks").asInt() > 0) {
          return;
        }
      }
      pause(run);
    }
  }

  private static void pause(DriverProcess run) throws Exception {
    if (!run.isAlive()) {
      throw new AssertionError("the run is over\n" + run.log());
    }
    Thread.sleep(50);
  }

  /** Writes all pages into a folder, a file each, and returns how many there are. */
  int save(Path folder) throws Exception {
    List<String> pages = new ArrayList<>(PAGES);
    for (String list :
        List.of(
            "jobs",
            "stages?details=true",
            "executors",
            "allexecutors",
            "environment",
            "storage/rdd",
            "sql?details=true")) {
      pages.add(api + "/" + list);
    }
    for (JsonNode job : Json.MAPPER.readTree(get(api + "/jobs"))) {
      pages.add("/jobs/job/?id=" + job.required("jobId").asInt());
    }
    for (JsonNode stage : Json.MAPPER.readTree(get(api + "/stages"))) {
      int id = stage.required("stageId").asInt();
      int attempt = stage.required("attemptId").asInt();
      pages.add("/stages/stage/?id=" + id + "&attempt=" + attempt);
    }
    for (int i = 0; i < pages.size(); i++) {
      Files.writeString(folder.resolve(i + ".page"), pages.get(i) + "\n" + get(pages.get(i)));
    }
    return pages.size();
  }

  private HttpResponse<String> answer(String page) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(address + page)).timeout(Duration.ofMinutes(1)).build();
    return client.send(request, HttpResponse.BodyHandlers.ofString());
  }

  private String get(String page) throws IOException, InterruptedException {
    HttpResponse<String> response = answer(page);
    if (response.statusCode() != 200) {
      throw new AssertionError(page + " answers " + response.statusCode());
    }
    return response.body();
  }
}
