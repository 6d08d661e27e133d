package org.invar.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.invar.config.Vocabulary;
import org.invar.config.yaml.YamlDocument;
import org.invar.nn.Layer;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A trial that sleeps is ended and recorded; the others are trained. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class SleepingTrialTest {
  @RegisterExtension static final Searches searches = new Searches();

  @ParameterizedTest
  @ValueSource(strings = {"executor", "gang"})
  void itsTimeEnds(String placement) {
    String text =
        "name: s\n"
            + SpaceTest.JOB.replace("- dropout: 0.1", "- sleep: 0")
            + """
            space:
              model.layers[2].sleep: {choice: [0, 600]}
            objective: devLoss
            trials: 8
            stopping: none
            trialTimeout: 5s
            placement: %s
            """
                .formatted(placement);
    var binder = Vocabulary.standard().register(Layer.class, List.of(Sleep.class));
    SearchSpec spec = SearchSpec.of(YamlDocument.parse(text, "search.yaml"), binder, Path.of(""));
    List<SearchedTrial> trials = searches.of(spec, "sleeping-" + placement).run().ranked();
    assertEquals(2, trials.size());
    assertEquals(TrialStatus.FINISHED, trials.get(0).status(), trials.get(0).failure());
    assertEquals(TrialStatus.FAILED, trials.get(1).status());
    String failure = String.valueOf(trials.get(1).failure());
    assertTrue(failure.startsWith("it took longer than trialTimeout, 5 s"), failure);
  }
}
