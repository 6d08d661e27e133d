package org.invar.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.invar.config.Job;
import org.invar.nn.Dense;
import org.invar.optim.Adam;
import org.invar.optim.Momentum;
import org.invar.search.space.Space;
import org.junit.jupiter.api.Test;

/** Trials: what is drawn for them, and the jobs that they become. */
class SpaceTest {
  static final String JOB =
      """
      job:
        name: small
        data: {train: {format: digits}, dev: {split: 0.2}, scale: 16}
        model:
          layers:
            - flatten
            - dense: {units: 32, activation: relu}
            - dropout: 0.1
            - dense: 10
        loss: softmaxCrossEntropy
        train: {epochs: 2, batchSize: 64, optimizer: adam, schedule: {constant: 0.01}}
      """;

  private static final String RATE = "train.schedule.constant";
  private static final String OPTIMIZER = "train.optimizer";
  private static final String MOMENTUM = "train.optimizer.momentum.beta";
  private static final String BETA = "train.optimizer.adam.beta1";

  private static final SearchSpec SPEC =
      spec(
          """
          train.schedule.constant: {logUniform: [1e-4, 1e-1]}
          train.optimizer.momentum.beta: {oneMinusLogUniform: [0.5, 0.99]}
          train.optimizer: {choice: [adam, momentum]}
          train.optimizer.adam.beta1: {oneMinusLogUniform: [0.8, 0.999]}
          model.layers[1].dense.units: {intLogUniform: [8, 64]}
          model.layers[1]: {repeat: {times: [0, 3], elements: 2}}
          """);

  static SearchSpec spec(String space) {
    return SearchSpec.parse(
        "name: s\n" + JOB + "objective: devLoss\nspace:\n" + space.indent(2), "search.yaml");
  }

  private static Space.Focus whole(SearchSpec spec) {
    return new Space.Focus(List.copyOf(spec.settings().space().keySet()), Map.of(), 1);
  }

  private static Map<String, JsonNode> draw(SearchSpec spec, long seed, long trial) {
    return spec.space().draw(spec.jobTree(), seed, trial, whole(spec));
  }

  /** Numbers that must never change: searches of earlier versions are resumed. */
  @Test
  void aTrialIsAFunctionOfSeedAndNumber() {
    assertEquals(
        "{train.schedule.constant=0.004732, train.optimizer.momentum.beta=0.98701,"
            + " train.optimizer=\"momentum\", model.layers[1].dense.units=13, model.layers[1]=0}",
        draw(SPEC, 1, 0).toString());
    assertNotEquals(draw(SPEC, 1, 0), draw(SPEC, 1, 1));
    assertNotEquals(draw(SPEC, 1, 0), draw(SPEC, 2, 0));
  }

  @Test
  void otherKeysDoNotReachAValue() {
    SearchSpec alone = spec("train.schedule.constant: {logUniform: [1e-4, 1e-1]}\n");
    for (int trial = 0; trial < 20; trial++) {
      assertEquals(draw(alone, 1, trial).get(RATE), draw(SPEC, 1, trial).get(RATE));
    }
  }

  @Test
  void aConditionalKeyHasAValueWhereItIsChosen() {
    Set<String> seen = new HashSet<>();
    for (int trial = 0; trial < 40; trial++) {
      Map<String, JsonNode> values = draw(SPEC, 1, trial);
      String chosen = values.get(OPTIMIZER).textValue();
      seen.add(chosen);
      assertEquals(chosen.equals("momentum"), values.containsKey(MOMENTUM));
      assertEquals(chosen.equals("adam"), values.containsKey(BETA));
      Job job = SPEC.job(values, "t", "runs/t", 4);
      if (job.settings().train().optimizer() instanceof Momentum momentum) {
        assertEquals(values.get(MOMENTUM).doubleValue(), momentum.beta());
      } else {
        Adam adam = (Adam) job.settings().train().optimizer();
        assertEquals(values.get(BETA).doubleValue(), adam.beta1());
        assertEquals(0.999, adam.beta2());
      }
    }
    assertEquals(Set.of("adam", "momentum"), seen);
  }

  @Test
  void aBlockOfLayersIsRepeatedWithItsValues() {
    Set<Integer> seen = new HashSet<>();
    for (int trial = 0; trial < 40; trial++) {
      Map<String, JsonNode> values = draw(SPEC, 1, trial);
      int times = values.get("model.layers[1]").intValue();
      seen.add(times);
      var layers = SPEC.job(values, "t", "runs/t", 4).settings().model().layers();
      assertEquals(2 + 2 * times, layers.size());
      for (int i = 0; i < times; i++) {
        assertEquals(
            values.get("model.layers[1].dense.units").intValue(),
            ((Dense) layers.get(1 + 2 * i)).units());
      }
    }
    assertEquals(Set.of(0, 1, 2, 3), seen);
  }

  @Test
  void laterStagesStayNearTheBest() {
    Map<String, JsonNode> best = Map.of(RATE, DoubleNode.valueOf(0.01));
    var focus = new Space.Focus(List.of("model.layers[1].dense.units"), best, 0.25);
    double factor = Math.pow(1000, 0.125) * 1.001;
    double least = 1;
    double most = 0;
    for (int trial = 0; trial < 100; trial++) {
      Map<String, JsonNode> values = SPEC.space().draw(SPEC.jobTree(), 1, trial, focus);
      assertEquals(Set.of(RATE, "model.layers[1].dense.units"), values.keySet());
      least = Math.min(least, values.get(RATE).doubleValue());
      most = Math.max(most, values.get(RATE).doubleValue());
    }
    assertTrue(least >= 0.01 / factor && least < 0.006, "" + least);
    assertTrue(most <= 0.01 * factor && most > 0.016, "" + most);
  }

  @Test
  void aTrialIsAWholeJob() {
    Job job = SPEC.job(draw(SPEC, 1, 3), "small-3", "runs/x/3", 5);
    assertEquals("small-3", job.name());
    assertEquals("runs/x/3", job.settings().checkpoint().directory());
    assertEquals(5, job.tree().at("/train/shards").intValue());
    assertFalse(job.settings().equals(SPEC.job().settings()));
    assertEquals(job, Job.parse(job.yaml(), "again"));
  }
}
