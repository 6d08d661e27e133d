package org.invar.search;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.invar.search.space.Distribution;
import org.invar.storage.Json;

/**
 * One page for a browser that shows a search: learning curves, parallel coordinates, the score
 * against each setting with its importance, and all trials.
 *
 * <p>Everything is in the page: it loads nothing and may be sent by mail.
 */
final class HtmlReport {
  private static final String DATA = "/*DATA*/null";

  private final SearchSpec spec;
  private final SearchSettings settings;

  HtmlReport(SearchSpec spec) {
    this.spec = spec;
    this.settings = spec.settings();
  }

  /** Returns the page. */
  String html(List<SearchedTrial> ranked) {
    // A page's script ends at the first closing tag, wherever it stands.
    String data = Json.line(data(ranked)).replace("<", "\\u003c");
    return template().replace("/*TITLE*/", escaped(settings.name())).replace(DATA, data);
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;");
  }

  private static String template() {
    try (InputStream page = HtmlReport.class.getResourceAsStream("report.html")) {
      return new String(
          Objects.requireNonNull(page, "report.html is not in the jar").readAllBytes(),
          StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ObjectNode data(List<SearchedTrial> ranked) {
    ObjectNode data = Json.MAPPER.createObjectNode();
    data.put("name", settings.name()).put("job", spec.job().name());
    data.put("metric", settings.objective().metric());
    data.put("maximize", settings.objective().maximizes());
    int common = commonEpochs(ranked);
    data.put("commonEpochs", common);
    ArrayNode keys = data.putArray("keys");
    settings.space().forEach((key, scale) -> keys.add(key(key, scale, ranked, common)));
    ArrayNode trials = data.putArray("trials");
    for (SearchedTrial trial : ranked) {
      trials.add(trial(trial, common));
    }
    return data;
  }

  /**
   * The epochs that all trials have that could be trained; scores of other numbers do not compare.
   */
  private static int commonEpochs(List<SearchedTrial> trials) {
    return trials.stream()
        .filter(trial -> trial.score() != null)
        .mapToInt(SearchedTrial::epochs)
        .min()
        .orElse(0);
  }

  private ObjectNode key(String key, Distribution scale, List<SearchedTrial> trials, int common) {
    ObjectNode node = Json.MAPPER.createObjectNode().put("key", key);
    node.put("label", scale instanceof Distribution.Repeat ? key + ".times" : key);
    List<Importance.Point> points = new ArrayList<>();
    for (SearchedTrial trial : trials) {
      JsonNode value = trial.values().get(key);
      if (value != null && trial.score() != null) {
        int group =
            scale instanceof Distribution.Choice choice ? choice.values().indexOf(value) : -1;
        double score = trial.scores().get(common - 1);
        points.add(new Importance.Point(scale.place(value), group, score));
      }
    }
    Double importance = Importance.of(points, settings.objective().order());
    if (importance != null) {
      node.put("importance", importance);
    }
    ArrayNode ticks = node.putArray("ticks");
    for (JsonNode value : ticks(scale)) {
      ticks.addObject().put("place", scale.place(value)).put("text", TrialTable.text(value));
    }
    return node;
  }

  private static List<JsonNode> ticks(Distribution scale) {
    if (scale instanceof Distribution.Choice choice) {
      return choice.values();
    }
    List<JsonNode> ticks = new ArrayList<>();
    for (double place : new double[] {0, 0.5, Math.nextDown(1.0)}) {
      if (!ticks.contains(scale.at(place))) {
        ticks.add(scale.at(place));
      }
    }
    return ticks;
  }

  private ObjectNode trial(SearchedTrial trial, int common) {
    ObjectNode node = Json.MAPPER.createObjectNode();
    node.put("number", trial.number()).put("stage", trial.stage() + 1);
    node.put("status", trial.status().atEnd());
    node.put("epochs", trial.epochs()).put("parameters", trial.parameters());
    node.put("seconds", Math.round(trial.seconds() * 10) / 10.0);
    Double score = trial.score();
    if (score != null && Double.isFinite(score)) {
      node.put("score", score);
      double commonScore = trial.scores().get(common - 1);
      if (Double.isFinite(commonScore)) {
        node.put("commonScore", commonScore);
      }
    }
    if (trial.failure() != null) {
      node.put("failure", trial.failure());
    }
    ObjectNode values = node.putObject("values");
    ObjectNode places = node.putObject("places");
    for (Map.Entry<String, JsonNode> value : trial.values().entrySet()) {
      Distribution scale = Objects.requireNonNull(settings.space().get(value.getKey()));
      values.put(value.getKey(), TrialTable.text(value.getValue()));
      places.put(value.getKey(), scale.place(value.getValue()));
    }
    ArrayNode curve = node.putArray("curve");
    for (Map<String, Double> epoch : trial.curves()) {
      double metric = epoch.getOrDefault(settings.objective().metric(), Double.NaN);
      if (Double.isFinite(metric)) {
        curve.add(metric);
      } else {
        curve.addNull();
      }
    }
    return node;
  }
}
