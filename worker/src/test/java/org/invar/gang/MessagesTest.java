package org.invar.gang;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.invar.collective.MessageLink;
import org.invar.storage.SliceFile;
import org.invar.storage.StoredFile;
import org.invar.tensor.SumTree.Node;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Commands and reports as bytes: they come back as they were, and nothing else passes. */
class MessagesTest {
  private static final StepTimings TIMINGS = new StepTimings(1, 2.5, 3, 4, 5, 1L << 40);
  private static final SliceFile SLICE =
      new SliceFile(4096, 8192, 0, 3, 2, new StoredFile("a.safetensors", 77, "ab".repeat(32)));

  static Stream<Command> commands() {
    return Stream.of(
        new Command.Connect(
            List.of(
                InetSocketAddress.createUnresolved("worker-1.example", 65_535),
                InetSocketAddress.createUnresolved("::1", 0))),
        new Command.Connect(List.of()),
        new Command.Steps(3, 1L << 33, 1L << 34, new double[] {0.1, Double.MIN_VALUE}),
        new Command.Steps(0, 0, 0, new double[0]),
        new Command.Evaluate("dev"),
        new Command.Keep(),
        new Command.UseKept(),
        new Command.Save("hdfs://näme/run", "step-1", ""),
        new Command.End());
  }

  static Stream<Report> reports() {
    return Stream.of(
        new Report.Ready(InetSocketAddress.createUnresolved("10.0.0.1", 7077)),
        new Report.Connected(),
        new Report.Alive("17", 3_000_000_000L),
        new Report.Progress(
            List.of(
                new Report.Stepped(4, new double[] {1, Double.NaN, -0.0}, TIMINGS),
                new Report.Stepped(1, new double[] {2}, TIMINGS))),
        new Report.NotFinite(1L << 40, Integer.MAX_VALUE, "parameter dense1.kernel"),
        new Report.Evaluated(
            List.of(new Node(0, 4), new Node(4, 6)),
            List.of(new double[] {0, 3, 0, -0.0}, new double[] {1, 2, 3, Double.NaN})),
        new Report.Evaluated(List.of(), List.of()),
        new Report.Saved(SLICE, null, 12.5),
        new Report.Saved(SLICE, SLICE, 0),
        new Report.Failed(Report.Cause.MEMORY, "x".repeat(100_000)));
  }

  @ParameterizedTest
  @MethodSource("commands")
  void aCommandComesBack(Command command) throws IOException {
    byte[] message = command.encode();
    Command decoded = Command.decode(message);
    assertEquals(command.getClass(), decoded.getClass());
    assertArrayEquals(message, decoded.encode());
    if (command instanceof Command.Steps steps) {
      assertArrayEquals(steps.rates(), assertInstanceOf(Command.Steps.class, decoded).rates());
    } else {
      assertEquals(command, decoded);
    }
  }

  @ParameterizedTest
  @MethodSource("reports")
  void aReportComesBack(Report report) throws IOException {
    byte[] message = report.encode();
    Report decoded = Report.decode(message);
    assertEquals(report.getClass(), decoded.getClass());
    assertArrayEquals(message, decoded.encode());
    if (report instanceof Report.Evaluated evaluated) {
      var back = assertInstanceOf(Report.Evaluated.class, decoded);
      assertEquals(evaluated.nodes(), back.nodes());
      for (int i = 0; i < back.scores().size(); i++) {
        assertArrayEquals(evaluated.scores().get(i), back.scores().get(i));
      }
    } else if (!(report instanceof Report.Progress)) {
      assertEquals(report, decoded);
    }
  }

  @Test
  void whatIsCutOffOrTooLongIsRefused() {
    commands().forEach(command -> refusesCuts(command.encode(), Command::decode));
    reports()
        .filter(report -> !(report instanceof Report.Failed))
        .forEach(report -> refusesCuts(report.encode(), Report::decode));
  }

  private interface Decoder {
    Object decode(byte[] message) throws IOException;
  }

  private static void refusesCuts(byte[] message, Decoder decoder) {
    for (int length = 0; length < message.length; length++) {
      byte[] cut = Arrays.copyOf(message, length);
      assertThrows(IOException.class, () -> decoder.decode(cut));
    }
    byte[] longer = Arrays.copyOf(message, message.length + 1);
    assertThrows(IOException.class, () -> decoder.decode(longer));
  }

  @Test
  void unknownKindsAreRefused() {
    for (int kind : new int[] {0, 9, 127, -1}) {
      byte[] message = {(byte) kind};
      assertTrue(
          assertThrows(IOException.class, () -> Command.decode(message))
              .getMessage()
              .contains("command " + kind));
      assertThrows(IOException.class, () -> Report.decode(message));
    }
  }

  @Test
  void fieldsThatCannotBeAreRefused() {
    byte[] port = new Command.Connect(List.of(InetSocketAddress.createUnresolved("a", 1))).encode();
    ByteBuffer.wrap(port).putInt(port.length - 4, 65_536);
    assertThrows(IOException.class, () -> Command.decode(port));
    byte[] cause = new Report.Failed(Report.Cause.JOB, "m").encode();
    cause[5] = 'X';
    assertThrows(IOException.class, () -> Report.decode(cause));
    byte[] json = new Report.Saved(SLICE, null, 1).encode();
    json[6] = 'X';
    assertThrows(IOException.class, () -> Report.decode(json));
  }

  /** Whatever is damaged: an answer or an IOException, and never more memory than a message's. */
  @Test
  void damageGivesAnExceptionAndNoHugeArrays() {
    var random = new SplittableRandom(5);
    List<byte[]> messages = new ArrayList<>();
    commands().forEach(command -> messages.add(command.encode()));
    reports().forEach(report -> messages.add(report.encode()));
    int refused = 0;
    for (int trial = 0; trial < 6_000; trial++) {
      byte[] message = messages.get(trial % messages.size()).clone();
      for (int times = 1 + random.nextInt(3); times > 0; times--) {
        message[random.nextInt(Math.min(64, message.length))] = (byte) random.nextInt();
      }
      boolean command = random.nextBoolean();
      try {
        Object read = command ? Command.decode(message) : Report.decode(message);
        assertFalse(read.toString().isEmpty());
      } catch (IOException e) {
        refused++;
      }
    }
    assertTrue(refused > 3_000, refused + " were refused");
  }

  @Test
  void countsThatTheMessageCannotHoldAreRefused() {
    byte[] steps = new Command.Steps(0, 0, 0, new double[100]).encode();
    ByteBuffer.wrap(steps).putInt(21, 101);
    assertThrows(IOException.class, () -> Command.decode(steps));
    ByteBuffer.wrap(steps).putInt(21, Integer.MAX_VALUE);
    assertThrows(IOException.class, () -> Command.decode(steps));
    ByteBuffer.wrap(steps).putInt(21, -1);
    assertThrows(IOException.class, () -> Command.decode(steps));
    byte[] scores = new Report.Evaluated(List.of(new Node(0, 1)), List.of(new double[9])).encode();
    ByteBuffer.wrap(scores).putInt(13, 1 << 30);
    assertThrows(IOException.class, () -> Report.decode(scores));
  }

  /** Confusion matrices of a thousand classes, of as many nodes as a worker's range can have. */
  @Test
  void anEvaluationOfManyClassesFitsAMessage() throws IOException {
    List<Node> nodes = List.of(new Node(16, 17), new Node(17, 18), new Node(18, 20));
    List<double[]> scores = new ArrayList<>();
    var random = new SplittableRandom(6);
    for (int i = 0; i < nodes.size(); i++) {
      double[] matrix = new double[1_000_003];
      for (int row = 0; row < 50_000; row++) {
        matrix[random.nextInt(matrix.length)]++;
      }
      scores.add(matrix);
    }
    byte[] message = new Report.Evaluated(nodes, scores).encode();
    assertTrue(message.length < MessageLink.MAX_MESSAGE / 4, message.length + " bytes");
    var read = assertInstanceOf(Report.Evaluated.class, Report.decode(message));
    assertArrayEquals(scores.get(2), read.scores().get(2));
  }
}
