package org.invar.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.core.config.Property;
import org.apache.spark.sql.SparkSession;
import org.invar.config.Job;
import org.invar.config.Vocabulary;
import org.invar.config.yaml.YamlDocument;
import org.invar.loss.Loss;
import org.invar.optim.Optimizer;
import org.invar.source.LocalSpark;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A loss and an optimizer that are a file and a name each have all that Invar's own have. */
class OwnLossAndOptimizerTest {
  private static SparkSession spark;

  @TempDir private Path folder;

  @BeforeAll
  static void start() {
    spark = LocalSpark.start(2);
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private Trainer trainer(String text) {
    var binder =
        Vocabulary.standard()
            .register(Loss.class, List.of(Huber.class))
            .register(Optimizer.class, List.of(Signs.class));
    return Trainer.of(spark, Job.of(YamlDocument.parse(text, "job"), binder))
        .directory(folder.resolve("run").toString());
  }

  private Path file(String lines) throws Exception {
    return Files.writeString(folder.resolve("rows.json"), lines);
  }

  /** Also what the default listener logs. */
  @Test
  void numbersHaveTheScoresOfNumbersAndAreLogged() throws Exception {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 200; i++) {
      lines.append("{\"x\":%d,\"y\":%d}\n".formatted(i % 9 - 4, i % 9 + 1));
    }
    List<String> logged = new ArrayList<>();
    AbstractAppender appender =
        new AbstractAppender("kept", null, null, true, Property.EMPTY_ARRAY) {
          @Override
          public void append(LogEvent event) {
            logged.add(event.getLevel() + " " + event.getMessage().getFormattedMessage());
          }
        };
    appender.start();
    Logger log = (Logger) LogManager.getLogger(RunLog.class);
    Configurator.setLevel(RunLog.class, Level.INFO);
    log.addAppender(appender);
    TrainingResult result;
    try {
      result =
          trainer(
                  """
                  name: own
                  data: {train: {format: json, path: %s}, features: x, label: y, dev: {split: 0.3}}
                  model: {layers: [dense: 1]}
                  loss: huber
                  train:
                    epochs: 2
                    batchSize: 10
                    optimizer: signs
                    schedule: {constant: 0.05}
                    keepBest: devRmse
                    wire: bfloat16
                  """
                      .formatted(file(lines.toString())))
              .train();
    } finally {
      log.removeAppender(appender);
      Configurator.setLevel(RunLog.class, (Level) null);
    }
    assertTrue(result.scores().containsKey("devRmse"), result.scores().toString());
    List<String> warnings = logged.stream().filter(line -> line.startsWith("WARN")).toList();
    assertEquals(1, warnings.stream().filter(line -> line.contains("train.wire")).count());
    assertEquals(
        2,
        logged.stream().filter(line -> line.startsWith("INFO own: epoch ")).count(),
        () -> "" + logged);
  }

  @Test
  void sequencesHaveATargetAtEveryStep() throws Exception {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 60; i++) {
      lines.append(
          i % 2 == 0
              ? "{\"x\":[%d,1,2],\"y\":[1,2,3]}\n".formatted(i)
              : "{\"x\":[%d,3],\"y\":[2,4]}\n".formatted(i));
    }
    TrainingResult result =
        trainer(
                """
                name: own
                data:
                  train: {format: json, path: %s}
                  features: x
                  label: y
                  shape: [3, 1]
                  lengths: true
                model: {layers: [gru: {units: 2, returnSequences: true}, dense: 1]}
                loss: huber
                train: {epochs: 1, batchSize: 10, optimizer: adam, schedule: {constant: 0.01}}
                """
                    .formatted(file(lines.toString())))
            .train();
    assertTrue(Double.isFinite(result.scores().get("trainMae")), result.scores().toString());
  }
}
