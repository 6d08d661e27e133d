package org.invar.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.invar.InvarException;
import org.invar.optim.Goal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Search files: what they may say, and how they are refused before anything runs. */
class SearchSpecTest {
  @Test
  void defaultsAreTheDocumentedOnes() {
    SearchSettings settings =
        SpaceTest.spec("train.batchSize: {intUniform: [32, 64]}\n").settings();
    assertEquals(32, settings.trials());
    assertEquals(1, settings.seed());
    assertEquals(1, settings.folds());
    assertEquals(new Stopping.Asha(4, 1), settings.stopping());
    assertEquals(new Placement.Executor(), settings.placement());
    assertEquals(new Objective("devLoss", Goal.MINIMIZE), settings.objective());
    assertEquals("runs/s", settings.directory());
  }

  @Test
  void aSearchSurvivesItsOwnYaml() {
    SearchSpec spec =
        SearchSpec.parse(
            "name: s\n"
                + SpaceTest.JOB
                + """
                space:
                  train.schedule.constant: {logUniform: [1e-4, 1e-1]}
                  train.optimizer: {choice: [adam, {momentum: {beta: 0.8}}]}
                  model.layers[1].dense.units: {intUniform: [8, 64]}
                  model.layers[2]: {repeat: [1, 2]}
                objective: {metric: devAccuracy, goal: maximize}
                seed: 9
                stopping: {asha: {reduction: 3}}
                placement: {gang: {parallel: 2}}
                stages:
                  - {keys: train.schedule.constant, trials: 5}
                  - {keys: ["train.optimizer", "model.layers[1].dense.units"], trials: 4, width: 0.5}
                  - {keys: ["model.layers[2]"], trials: 3}
                """,
            "search.yaml");
    assertEquals(12, spec.settings().trials());
    assertInstanceOf(Placement.Gang.class, spec.settings().placement());
    SearchSpec again = SearchSpec.parse(spec.yaml(), "again");
    assertEquals(spec.yaml(), again.yaml());
    assertEquals(spec.settings().space(), again.settings().space());
    assertEquals(spec.settings().stages(), again.settings().stages());
  }

  @Test
  void theJobIsAFileBesideTheSearch(@TempDir Path folder) throws Exception {
    Files.createDirectory(folder.resolve("jobs"));
    Files.writeString(
        folder.resolve("jobs/small.yaml"), SpaceTest.JOB.replace("job:\n", "").indent(-2));
    Path search = folder.resolve("search.yaml");
    Files.writeString(
        search,
        """
        name: s
        job: jobs/small.yaml
        space:
          train.batchSize: {intUniform: [32, 64]}
        objective: devLoss
        """);
    assertEquals("small", SearchSpec.load(search).job().name());
    assertEquals(3, SearchSpec.load(search, "trials=3").settings().trials());
    Files.delete(folder.resolve("jobs/small.yaml"));
    refused(
        () -> SearchSpec.load(search), "jobs/small.yaml", "expected a YAML file", "no such file");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "train.batchsize: {intUniform: [1, 9]}; search.yaml:15; unknown key batchsize; batchSize",
        "train.epochs: {uniform: [1, 9]}; search.yaml:15; train.epochs; a whole number",
        "train.batchSize: {intUniform: [0, 9]}; search.yaml:15; batchSize; at least 1",
        "train.batchSize: {intUniform: [9, 1]}; search.yaml:15; at least from, which is 9; found 1",
        "train.batchSize: {uniforn: [1, 9]}; search.yaml:15; uniforn; uniform",
        "train.l2: {logUniform: [0, 1]}; search.yaml:15; above 0; 0.0",
        "train.optimizer: {choice: [adam, adamm]}; search.yaml:15; adamm; adam",
        "train.optimizer.momentum.beta: {uniform: [0, 0.9]}; search.yaml:15; has a place in"
            + " the job; into the job",
        "model.layers[7].dense.units: {intUniform: [1, 9]}; search.yaml:15; layers[7]; has a place",
        "model.layers[3]: {repeat: {times: [1, 2], elements: 2}}; search.yaml:15; layers[3]; place",
        "data.scale: {uniform: [1, 16]}; search.yaml:15; packed; data.scale",
        "train.seed: {intUniform: [1, 16]}; search.yaml:15; packed; train.seed",
        "train: {choice: [{epochs: 1, exact: false}]}; search.yaml:15; packed; train.seed",
        "train.exact: {choice: [false]}; search.yaml:15; packed; train.exact",
        "train..batchSize: {intUniform: [1, 16]}; search.yaml:15; a key of the job; train..batchSize",
      })
  void refusesKeysAndValuesThatNoJobHas(String line, String place, String one, String other) {
    refused(() -> SpaceTest.spec(line + "\n"), place, one, other);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "trial: 3; unknown key trial; trials",
        "trials: 0; search.yaml:15: trials; at least 1",
        "folds: 0; search.yaml:15: folds; at least 1",
        "placement: everywhere; search.yaml:15: placement; one of executor, gang",
        "stopping: {asha: {reduction: 1}}; search.yaml:15: stopping.asha.reduction; at least 2",
        "stopping: {asha: {grace: 0}}; stopping.asha.grace; at least 1",
        "stages: [{keys: train.l2, trials: 2}]; stages[0].keys; one of the keys of space",
        "stages: [{keys: [], trials: 2}]; stages[0].keys; at least one key",
        "stages: [{keys: train.batchSize, trials: 0}]; stages[0].trials; at least 1",
        "stages: [{keys: train.batchSize, trials: 1, width: 2}]; stages[0].width; [0, 1]",
      })
  void refusesSettings(String line, String one, String other) {
    refused(
        () ->
            SearchSpec.parse(
                "name: s\n"
                    + SpaceTest.JOB
                    + "objective: devLoss\nspace: {train.batchSize: {intUniform: [8, 9]}}\n"
                    + line
                    + "\n",
                "search.yaml"),
        "search.yaml",
        one,
        other);
  }

  private static void refused(Runnable reading, String... parts) {
    String message = assertThrows(InvarException.class, reading::run).getMessage();
    for (String part : parts) {
      assertTrue(message.contains(part), part + " is not in: " + message);
    }
  }
}
