package org.invar.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.invar.InvarException;
import org.invar.optim.Goal;
import org.invar.search.schedule.Objective;
import org.invar.search.schedule.Stopping;
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

  @Test
  void blocksThatShareAnElementAreRefused() {
    String two = "model.layers[1]: {repeat: {times: [0, 2], elements: 2}}\n";
    String three = "model.layers[0]: {repeat: {times: [1, 2], elements: 3}}\n";
    String one = "model.layers[2]: {repeat: [1, 2]}\n";
    refused(
        () -> SpaceTest.spec(two + one),
        "search.yaml:16",
        "expected a block apart from model.layers[1] with its 2 elements",
        "found model.layers[2] with its 1 element");
    refused(
        () -> SpaceTest.spec(one + three),
        "search.yaml:16",
        "expected a block apart from model.layers[2] with its 1 element",
        "found model.layers[0] with its 3 elements");
  }

  /** Those side by side are each repeated for themselves. */
  @Test
  void blocksThatDoNotOverlapAreRepeated() {
    SearchSpec spec =
        SpaceTest.spec(
            """
            model.layers[2]: {repeat: [3, 3]}
            model.layers[1]: {repeat: [2, 2]}
            """);
    Map<String, JsonNode> values =
        Map.of("model.layers[1]", IntNode.valueOf(2), "model.layers[2]", IntNode.valueOf(3));
    List<String> layers =
        spec.job(values, "t", "runs/t", 4).settings().model().layers().stream()
            .map(layer -> layer.getClass().getSimpleName())
            .toList();
    assertEquals(
        List.of("Flatten", "Dense", "Dense", "Dropout", "Dropout", "Dropout", "Dense"), layers);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "intUniform: [1, 9]; 9",
        "choice: [7, 3]; 7",
        "choice: [1]; 1",
      })
  void theMostEpochsAreThoseOfAnyStage(String epochs, int drawn) {
    String space = "train.epochs: {%s}\ntrain.batchSize: {intUniform: [8, 9]}\n".formatted(epochs);
    assertEquals(drawn, SpaceTest.spec(space).mostEpochs());
    assertEquals(drawn, staged(space, "train.epochs", "train.batchSize").mostEpochs());
    // The first stage has the job's own, which are 2.
    assertEquals(Math.max(2, drawn), staged(space, "train.batchSize", "train.epochs").mostEpochs());
    assertEquals(2, SpaceTest.spec("train.batchSize: {intUniform: [8, 9]}\n").mostEpochs());
  }

  @Test
  void whatAKeyIsInIsChosenNoLater() {
    String space =
        """
        train.optimizer: {choice: [adam, momentum]}
        train.optimizer.momentum.beta: {oneMinusLogUniform: [0.5, 0.99]}
        """;
    refused(
        () -> staged(space, "train.optimizer.momentum.beta", "train.optimizer"),
        "stages[0].keys",
        "train.optimizer.momentum.beta",
        "in the stage of train.optimizer, which it is inside of, or in a later one");
    assertEquals(
        2,
        staged(space, "train.optimizer", "train.optimizer.momentum.beta")
            .settings()
            .stages()
            .size());
    assertEquals(
        1,
        staged(space, "train.optimizer.momentum.beta, train.optimizer").settings().stages().size());
  }

  private static SearchSpec staged(String space, String... keys) {
    String stages =
        Arrays.stream(keys)
            .map(each -> "  - {keys: [" + each + "], trials: 2}\n")
            .collect(Collectors.joining());
    return SearchSpec.parse(
        "name: s\n"
            + SpaceTest.JOB
            + "objective: devLoss\nspace:\n"
            + space.indent(2)
            + "stages:\n"
            + stages,
        "search.yaml");
  }

  private static void refused(Runnable reading, String... parts) {
    String message = assertThrows(InvarException.class, reading::run).getMessage();
    for (String part : parts) {
      assertTrue(message.contains(part), part + " is not in: " + message);
    }
  }
}
