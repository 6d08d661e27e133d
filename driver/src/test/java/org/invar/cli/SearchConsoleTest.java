package org.invar.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.IntNode;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.invar.search.SearchListener.Standing;
import org.invar.search.SearchListener.Started;
import org.invar.search.SearchResult;
import org.invar.search.SearchSpec;
import org.invar.search.SearchedTrial;
import org.invar.search.StageTime;
import org.invar.search.TrialStatus;
import org.junit.jupiter.api.Test;

/** What a person sees of a search, with a terminal and without. */
class SearchConsoleTest {
  private static final SearchSpec SPEC =
      SearchSpec.parse(
          """
          name: s
          job:
            name: j
            data: {train: {format: digits}, dev: {split: 0.2}, scale: 16}
            model: {layers: [flatten, {dense: 16}, {dense: 10}]}
            loss: softmaxCrossEntropy
            train: {epochs: 9, batchSize: 200, optimizer: adam, schedule: {constant: 0.05}}
          space:
            train.schedule.constant: {logUniform: [1e-3, 1e-1]}
            model.layers[1]: {repeat: {times: [1, 2]}}
          objective: devLoss
          stopping: none
          trials: 30
          """,
          "search.yaml");

  private final ByteArrayOutputStream shown = new ByteArrayOutputStream();

  private static SearchedTrial trial(int number, TrialStatus status, Double... scores) {
    Map<String, JsonNode> values = new TreeMap<>();
    values.put("model.layers[1]", IntNode.valueOf(2));
    values.put("train.schedule.constant", DoubleNode.valueOf(0.001 * (number + 1)));
    String failure = status == TrialStatus.FAILED ? "step 3: found NaN" : null;
    var curves = Collections.nCopies(scores.length, Map.<String, Double>of());
    Map<String, Double> finals =
        status == TrialStatus.FINISHED ? Map.of("devLoss", scores[scores.length - 1]) : Map.of();
    return new SearchedTrial(
        number, 0, values, status, List.of(scores), curves, finals, 1, 1, failure, "trials");
  }

  private static final SearchedTrial BEST = trial(0, TrialStatus.FINISHED, 0.5, 0.25);
  private static final SearchedTrial PAUSED = trial(1, TrialStatus.PAUSED, 0.75);
  private static final SearchedTrial FAILED = trial(2, TrialStatus.FAILED);
  private static final SearchedTrial RUNNING = trial(3, TrialStatus.RUNNING);

  private static Standing standing() {
    var now = List.of(trial(3, TrialStatus.RUNNING, 0.9, 0.8, 0.7));
    return new Standing(
        List.of(BEST, PAUSED, FAILED, RUNNING), List.of(RUNNING), () -> now, BEST, 30, 75);
  }

  private SearchConsole console(boolean terminal, int width) {
    return new SearchConsole(
        new PrintStream(shown, true, StandardCharsets.UTF_8), terminal, width, SPEC);
  }

  private List<String> lines() {
    return shown.toString(StandardCharsets.UTF_8).lines().toList();
  }

  private void search(SearchConsole console) {
    console.started(new Started("s", 30, 1, 4, 9, 2, 0));
    console.ended(BEST, standing());
    console.ended(FAILED, standing());
    console.standing(standing());
  }

  @Test
  void aTerminalHasATableOfWhatRunsWithTheBestAndTheTimeLeft() {
    search(console(true, 100));
    String screen = screen(lines());
    assertEquals(
        """
        s: 30 trials of up to 9 epochs of j, 2 at once; 4 shards

        trial    0  epoch 2/9  devLoss 0.2500  best so far  layers[1].times 2, constant 0.001
        trial    2  failed: step 3: found NaN
        running  epoch  devLoss
        trial 3    3/9   0.7000  layers[1].times 2, constant 0.004
        4 of 30 trials begun (1 running, 1 paused, 1 finished, 1 failed), about 1:15 left
        best so far: devLoss 0.2500 (trial 0, epoch 2)
        """,
        screen);
  }

  /** What a screen has in the end, on which lines are written again. */
  private static String screen(List<String> written) {
    var screen = new StringBuilder();
    for (String line : written) {
      String text = line;
      if (text.startsWith("\u001b[")) {
        int up = Integer.parseInt(text.substring(2, text.indexOf('A')));
        for (int i = 0; i < up; i++) {
          screen.setLength(screen.lastIndexOf("\n", screen.length() - 2) + 1);
        }
        text = text.substring(text.indexOf('J') + 1);
      }
      screen.append(text).append('\n');
    }
    return screen.toString();
  }

  @Test
  void aLogHasLinesAlone() {
    search(console(false, 20));
    List<String> lines = lines();
    assertEquals(4, lines.size(), lines.toString());
    assertFalse(lines.toString().contains("\u001b"));
    assertTrue(lines.get(2).endsWith("constant 0.001"), lines.get(2));
  }

  @Test
  void theEndHasARankedTableAndWhereThingsAre() {
    SearchConsole console = console(true, 60);
    console.stage(new StageTime(0, 4, 2, 8.4, 4, 16));
    console.finished(new SearchResult("file:/runs/s", List.of(BEST, PAUSED, FAILED), List.of()));
    assertEquals(
        """

        stage 1: 4 trainings in 8.4 s, 2 at once, which had something to do for 95 % of it; 1.05 of the ideal, 2 × the median of 4.00 s

                                          layers[1]
        trial  epochs  devLoss  constant  times
            0       2   0.2500  0.001     2
            1       1   0.7500  0.002     2

        3 trials, 3 epochs in all; 1 failed, trials.csv has the reasons
        best: trial 0, devLoss 0.2500

        split    loss
        dev    0.2500

        train it again   bin/invar train /runs/s/best.yaml
        its model        /runs/s/best
        report           /runs/s/report.html
        """,
        shown.toString(StandardCharsets.UTF_8));
  }

  @Test
  void settingsThatDoNotFitAreLeftOut() {
    List<String> lines = new RankedTable(SPEC.settings()).lines(List.of(BEST, PAUSED), 1, 34);
    assertEquals(
        """
        trial  epochs  devLoss  constant
            0       2   0.2500  0.001
        … and 1 more trial and 1 more setting of each, in trials.csv""",
        String.join("\n", lines));
  }
}
