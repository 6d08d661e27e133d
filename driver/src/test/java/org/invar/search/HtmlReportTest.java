package org.invar.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URL;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.htmlunit.BrowserVersion;
import org.htmlunit.MockWebConnection;
import org.htmlunit.WebClient;
import org.htmlunit.html.DomElement;
import org.htmlunit.html.DomNode;
import org.htmlunit.html.HtmlPage;
import org.invar.search.space.Space;
import org.junit.jupiter.api.Test;

/** The report as a headless browser shows it, whose script runs there. */
class HtmlReportTest {
  private static final String SPACE =
      """
      train.schedule.constant: {logUniform: [1e-4, 1e-1]}
      train.optimizer: {choice: [adam, momentum]}
      train.optimizer.momentum.beta: {oneMinusLogUniform: [0.5, 0.99]}
      """;

  private static final SearchSpec SPEC = SpaceTest.spec(SPACE);

  private static final int TRIALS = 24;

  /** The loss follows the learning rate alone; every third trial stopped early, and one failed. */
  private static List<SearchedTrial> trials(SearchSpec spec) {
    List<SearchedTrial> trials = new ArrayList<>();
    var focus = new Space.Focus(List.copyOf(SPEC.settings().space().keySet()), Map.of(), 1);
    for (int i = 0; i < TRIALS; i++) {
      Map<String, JsonNode> values = SPEC.space().draw(SPEC.jobTree(), 1, i, focus);
      double loss = values.get("train.schedule.constant").doubleValue();
      List<Double> scores = i % 3 == 0 ? List.of(4 * loss) : List.of(4 * loss, 2 * loss, loss);
      List<Map<String, Double>> curves =
          scores.stream().map(score -> Map.of("devLoss", score)).toList();
      var part =
          i == 5
              ? PartResult.failed("step 3: </script> found NaN & more")
              : new PartResult(i % 3 != 0, scores, curves, Map.of(), 100 + i, 1.5, "1", null);
      trials.add(SearchedTrial.begun(i, 0, values, "trials/" + i).after(part));
    }
    return Ranking.ranked(trials, spec.settings().objective());
  }

  private interface Look {
    void at(HtmlPage page, List<SearchedTrial> trials) throws Exception;
  }

  private void open(Look look) throws Exception {
    open(SPEC, look);
  }

  private void open(SearchSpec spec, Look look) throws Exception {
    List<SearchedTrial> trials = trials(spec);
    try (WebClient browser = new WebClient(BrowserVersion.CHROME)) {
      browser.getOptions().setThrowExceptionOnScriptError(true);
      var connection = new MockWebConnection();
      URL address = new URL("http://localhost/report.html");
      connection.setResponse(address, new HtmlReport(spec).html(trials));
      browser.setWebConnection(connection);
      look.at(browser.getPage(address), trials);
      assertEquals(1, connection.getRequestCount(), "the page loads something");
    }
  }

  private static int count(HtmlPage page, String selector) {
    return page.querySelectorAll(selector).size();
  }

  @Test
  void showsEveryTrialInEveryPicture() throws Exception {
    open(
        (page, trials) -> {
          assertTrue(page.getElementById("title").getTextContent().contains("24 trials of small"));
          String summary = page.getElementById("summary").getTextContent();
          assertTrue(summary.contains("Best: trial " + trials.get(0).number()), summary);
          assertTrue(
              summary.contains("15 trained to the end, 8 stopped before, 1 failed"), summary);
          String best = page.getElementById("best").getTextContent();
          assertTrue(best.contains("train.schedule.constant "), best);
          assertEquals(TRIALS - 1, count(page, "#curves polyline.curve"));
          assertEquals(TRIALS - 1, count(page, "#parallel polyline.thread"));
          assertEquals(4, count(page, "#parallel text.axis-name"));
          assertEquals(3, count(page, "#scatter .plot"));
          assertEquals(2L * (TRIALS - 1) + momenta(trials), count(page, "#scatter circle.point"));
          assertEquals(TRIALS, count(page, "#trials tbody tr"));
          assertTrue(
              page.getElementById("trials")
                  .getTextContent()
                  .contains("</script> found NaN & more"));
          // A trial of three epochs has three points.
          DomElement finished =
              page.querySelector("#curves polyline[data-trial='" + trials.get(0).number() + "']");
          assertEquals(3, finished.getAttribute("points").split(" ").length);
          for (DomNode line : page.querySelectorAll("polyline")) {
            assertFalse(((DomElement) line).getAttribute("points").contains("NaN"));
          }
        });
  }

  /** Even where the metric's name says otherwise. */
  @Test
  void theGoalDecidesWhichTrialIsTheBest() throws Exception {
    String text =
        "name: s\n"
            + SpaceTest.JOB
            + "objective: {metric: devLoss, goal: maximize}\nspace:\n"
            + SPACE.indent(2);
    int smallest = trials(SPEC).get(0).number();
    open(
        SearchSpec.parse(text, "search.yaml"),
        (page, trials) -> {
          int best = trials.get(0).number();
          assertNotEquals(smallest, best);
          String summary = page.getElementById("summary").getTextContent();
          assertTrue(summary.contains("Best: trial " + best), summary);
          assertTrue(page.getBody().getTextContent().contains("Larger is better."));
        });
  }

  private static long momenta(List<SearchedTrial> trials) {
    return trials.stream()
        .filter(trial -> trial.status() != TrialStatus.FAILED)
        .filter(trial -> trial.values().containsKey("train.optimizer.momentum.beta"))
        .count();
  }

  @Test
  void theSettingThatDecidesHasTheGreatestImportanceAndComesFirst() throws Exception {
    open(
        (page, trials) -> {
          List<DomNode> plots = page.querySelectorAll("#scatter .plot");
          assertEquals(
              "train.schedule.constant", ((DomElement) plots.get(0)).getAttribute("data-key"));
          String first = plots.get(0).querySelector(".importance").getTextContent();
          String second = plots.get(1).querySelector(".importance").getTextContent();
          assertTrue(number(first) > 0.8, first);
          assertTrue(second.isEmpty() || number(second) < 0.4, second);
        });
  }

  private static double number(String text) {
    return Double.parseDouble(text.replaceAll("[^0-9.]", ""));
  }

  @Test
  void aTrialThatIsPointedAtIsLitEverywhereAndTheTableSorts() throws Exception {
    open(
        (page, trials) -> {
          int number = trials.get(0).number();
          DomElement row = page.querySelector("#trials tbody tr");
          assertEquals(String.valueOf(number), row.getAttribute("data-trial"));
          row.mouseOver();
          assertEquals("lit", page.getBody().getAttribute("class"));
          int lit = count(page, ".on");
          assertEquals(count(page, "[data-trial='" + number + "']"), lit);
          row.mouseOut();
          assertEquals(0, count(page, ".on"));

          List<DomNode> heads = page.querySelectorAll("#trials th");
          ((DomElement) heads.get(1)).click();
          assertEquals("0", first(page));
          ((DomElement) heads.get(1)).click();
          assertEquals(String.valueOf(TRIALS - 1), first(page));
        });
  }

  private static String first(HtmlPage page) {
    DomElement row = page.querySelector("#trials tbody tr");
    return row.getAttribute("data-trial");
  }

  @Test
  void namesNoAddressToLoad() {
    String html = new HtmlReport(SPEC).html(trials(SPEC)).replace("http://www.w3.org/2000/svg", "");
    assertFalse(html.matches("(?is).*(https?:|//[a-z]+\\.|src=|@import|<link).*"));
  }
}
