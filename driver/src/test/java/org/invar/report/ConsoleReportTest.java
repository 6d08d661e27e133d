package org.invar.report;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.invar.kernel.Activation;
import org.invar.loss.SoftmaxCrossEntropy;
import org.invar.nn.Dense;
import org.invar.nn.Network;
import org.invar.tensor.Shape;
import org.invar.train.TrainingListener.Epoch;
import org.invar.train.TrainingListener.Started;
import org.invar.train.TrainingListener.Step;
import org.invar.train.TrainingResult;
import org.junit.jupiter.api.Test;

class ConsoleReportTest {
  private static final Network NETWORK =
      new Network(
          Shape.of(64),
          List.of(Dense.of(100).withActivation(Activation.RELU), Dense.of(10)),
          SoftmaxCrossEntropy.of());

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, UTF_8);
  private final AtomicLong nanos = new AtomicLong(-5);

  @Test
  void theStartSaysWhatIsTrained() {
    plain().started(started(0, List.of("V is 4, below the 8 cores at hand.")));
    assertEquals(
        """
        digits: rows train 1,437, dev 180, test 180; 4 shards on 1 task; 12 epochs of 23 steps

        layer   output  parameters
        input   64
        dense1  100          6,500
        dense2  10           1,010
        total                7,510

        warning: V is 4, below the 8 cores at hand.

        """,
        text());
  }

  @Test
  void aResumedRunSaysWhere() {
    plain().started(started(150, List.of()));
    assertEquals(
        "resumed from the checkpoint of step 150, with 6 of 12 epochs complete; job and data are"
            + " those that the run began with",
        text().lines().skip(1).findFirst().orElseThrow());
  }

  @Test
  void withoutATerminalALineComesEveryTenSecondsAndAtEveryEpoch() {
    ConsoleReport report = plain();
    report.started(started(0, List.of()));
    bytes.reset();
    for (int batch = 1; batch <= 23; batch++) {
      report.step(step(1, batch));
      nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
    }
    report.epoch(epoch(1, false));
    nanos.addAndGet(TimeUnit.SECONDS.toNanos(9));
    report.step(step(2, 1));
    nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
    report.step(step(2, 2));
    report.epoch(epoch(2, true));
    assertEquals(
        """
        epoch  1/12  step 11/23  loss 0.5000  accuracy 0.8750  rate 0.001  4,213 samples/s  ETA 0:12
        epoch  1/12  step 21/23  loss 0.5000  accuracy 0.8750  rate 0.001  4,213 samples/s  ETA 0:02
        epoch  1/12  loss 0.4321 dev 0.5432  accuracy 0.9000 dev 0.8800  12.3 s  rate 0.00095
        epoch  2/12  step  2/23  loss 0.5000  accuracy 0.8750  rate 0.001  4,213 samples/s  ETA 0:21
        epoch  2/12  loss 0.4321 dev 0.5432  accuracy 0.9000 dev 0.8800  12.3 s  best  rate 0.00095
        """,
        text());
  }

  @Test
  void aTerminalShowsABarThatTheEpochsLineReplaces() {
    ConsoleReport report = terminal(80);
    report.started(started(0, List.of()));
    bytes.reset();
    report.step(step(1, 1));
    nanos.addAndGet(TimeUnit.SECONDS.toNanos(3));
    report.step(step(1, 13));
    report.epoch(epoch(1, true));
    String bar = "epoch  1/12 [=====>   ] loss 0.5000 accuracy 0.8750 rate 0.001 4,213/s ETA 0:03";
    assertEquals(79, bar.length());
    List<String> frames = frames();
    int count = frames.size();
    assertEquals(bar, frames.get(count - 3));
    assertEquals(" ".repeat(79), frames.get(count - 2));
    assertEquals(
        "epoch  1/12  loss 0.4321 dev 0.5432  accuracy 0.9000 dev 0.8800  12.3 s  best\n",
        frames.get(count - 1));
    assertFalse(text().contains("\u001b"), "colour codes");
  }

  @Test
  void stepsThatAreTakenAgainStartANewBar() {
    ConsoleReport report = terminal(100);
    report.started(started(0, List.of()));
    report.step(step(2, 20));
    report.step(step(1, 23));
    report.close();
    List<String> frames = frames();
    List<String> titles =
        frames.stream()
            .filter(frame -> frame.contains("["))
            .map(frame -> frame.substring(0, "epoch  2/12".length()))
            .distinct()
            .toList();
    assertEquals(List.of("epoch  2/12", "epoch  1/12"), titles);
    assertEquals("", frames.get(frames.size() - 1), "what is left in the line");
  }

  @Test
  void theEndShowsEpochsScoresDiagnosisAndArtifacts() {
    plain().finished(result());
    assertEquals(
        """

        epoch  train loss  train accuracy  dev loss  dev accuracy  learning rate  seconds  kept
            1      0.4321          0.9000    0.5432        0.8800        0.00095     12.3
            2      0.4321          0.9000    0.5432        0.8800        0.00095     12.3     *

        split    loss  accuracy
        train  0.1000    0.9900
        dev    0.3000    0.8900
        test   0.3100    0.8850

        Avoidable bias is 1.0 points (train error 1.0 %, optimal 0.0 %) and variance 10.0 points \
        (dev error 11.0 %): variance is what to reduce. Try more or augmented training data, L2 or \
        dropout, early stopping, or a smaller network.

        Trained 2 epochs (46 steps) in 0:25, stopped early, 4,213 samples/s; the weights are those \
        of epoch 2.

        Everything is in runs/digits, the trained model in its model/. To go on:
          bin/invar evaluate runs/digits
          bin/invar predict runs/digits …
        """,
        text());
  }

  @Test
  void theBarTakesWhatTheTextLeaves() {
    assertEquals("e 1 [>    ] text", EpochBar.line("e 1", 0, "text", 16));
    assertEquals("e 1 [==>  ] text", EpochBar.line("e 1", 0.5, "text", 16));
    assertEquals("e 1 [=====] text", EpochBar.line("e 1", 1, "text", 16));
    assertEquals("e 1 text       ", EpochBar.line("e 1", 1, "text", 15));
    assertEquals("e 1 te", EpochBar.line("e 1", 1, "text", 6));
  }

  private ConsoleReport plain() {
    return new ConsoleReport(out, false, 80, nanos::get);
  }

  private ConsoleReport terminal(int width) {
    return new ConsoleReport(out, true, width, nanos::get);
  }

  private String text() {
    return bytes.toString(UTF_8);
  }

  /** What was written from one return to the line's start to the next. */
  private List<String> frames() {
    return Arrays.asList(text().split("\r", -1));
  }

  private static Started started(long resumedAtStep, List<String> warnings) {
    return new Started(
        "digits",
        NETWORK,
        Map.of("test", 180L, "dev", 180L, "train", 1437L),
        4,
        1,
        12,
        23,
        resumedAtStep,
        warnings);
  }

  private static Step step(int epoch, long batch) {
    Map<String, Double> scores = Map.of("f1", 0.5, "accuracy", 0.875, "loss", 0.5);
    return new Step(epoch, batch, 23, (epoch - 1) * 23L + batch, scores, 0.001, 4212.6);
  }

  private static Epoch epoch(int epoch, boolean best) {
    Map<String, Double> scores =
        Map.of("trainLoss", 0.4321, "trainAccuracy", 0.9, "devLoss", 0.5432, "devAccuracy", 0.88);
    return new Epoch(epoch, 12, epoch * 23L, scores, 0.00095, 12.34, best);
  }

  private static TrainingResult result() {
    Map<String, Double> scores =
        Map.of(
            "trainLoss", 0.1,
            "trainAccuracy", 0.99,
            "devLoss", 0.3,
            "devAccuracy", 0.89,
            "testLoss", 0.31,
            "testAccuracy", 0.885);
    return new TrainingResult(
        "runs/digits",
        scores,
        2,
        46,
        7510,
        24.7,
        4212.6,
        true,
        2,
        List.of(epoch(1, false), epoch(2, true)),
        Optional.empty(),
        List.of(),
        0);
  }
}
