package org.invar.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.invar.InvarException;
import org.invar.compute.OutOfMemory;
import org.invar.compute.ProcessMemory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParseResult;

/** The command line's entry point, started by spark-submit or by {@code bin/invar}. */
@Command(
    name = "invar",
    description =
        "Trains neural networks on Apache Spark; the weights do not depend on the cluster.",
    subcommands = {
      TrainCommand.class,
      SearchCommand.class,
      EvaluateCommand.class,
      PredictCommand.class,
      ExplainCommand.class,
      BenchCommand.class
    },
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    synopsisSubcommandLabel = "COMMAND")
public final class Main {
  /** The exit code of a command that was refused or failed; wrong options give 2. */
  static final int FAILED = 1;

  /** What {@code --version} prints. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {"invar " + (version == null ? "(from sources)" : version)};
    }
  }

  private Main() {}

  /** Runs a command and ends the JVM with its exit code. */
  public static void main(String[] arguments) {
    // Whatever the locale: tables have × and … in them, and numbers are written in one way.
    Locale.setDefault(Locale.ROOT);
    System.setOut(utf8(FileDescriptor.out));
    System.setErr(new PlainStream(utf8(FileDescriptor.err)));
    Interruption watched = Interruption.ofThisThread(System.err);
    int code;
    try {
      code = run(System.out, System.err, arguments);
    } finally {
      watched.over();
    }
    System.exit(code);
  }

  private static PrintStream utf8(FileDescriptor descriptor) {
    return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
  }

  /** Runs a command and returns its exit code. */
  static int run(PrintStream out, PrintStream err, String... arguments) {
    PrintStream plainOut = new PlainStream(out);
    PrintStream plainErr = new PlainStream(err);
    CommandLine line = new CommandLine(new Main(), new Factory(plainOut));
    line.setCaseInsensitiveEnumValuesAllowed(true);
    // Colors of our own could not be told from what stands in an argument.
    line.setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF));
    line.setOut(new PrintWriter(plainOut, true, StandardCharsets.UTF_8));
    line.setErr(new PrintWriter(plainErr, true, StandardCharsets.UTF_8));
    line.setExecutionExceptionHandler(
        (failure, command, parsed) -> explain(failure, parsed, plainErr));
    if (arguments.length == 0) {
      line.usage(plainErr);
      return CommandLine.ExitCode.USAGE;
    }
    try {
      return line.execute(arguments);
    } catch (OutOfMemoryError e) {
      err.println("invar: " + OutOfMemory.explained("this process", e).getMessage());
      return FAILED;
    }
  }

  /** A mistake of the user's is one paragraph; a defect of ours comes with its trace. */
  private static int explain(Exception failure, ParseResult parsed, PrintStream err) {
    List<ParseResult> commands = parsed.subcommands();
    boolean verbose =
        !commands.isEmpty() && commands.get(commands.size() - 1).hasMatchedOption("--verbose");
    if (Interruption.inProgress() && Interruption.isForAnError()) {
      ProcessMemory memory = ProcessMemory.current();
      err.println(
          "invar: out of memory: a thread of Spark's had none. Set more by %s (heap) or %s (outside)."
              .formatted(memory.heapSetting(), memory.outsideSetting()));
      return FAILED;
    }
    if (Interruption.inProgress()) {
      // What else it met on its way out says nothing new.
      boolean told =
          failure instanceof InvarException && failure.getCause() instanceof InterruptedException;
      String message = told ? failure.getMessage() : "interrupted.";
      err.println("invar: " + message + howToGoOn(commands));
      return FAILED;
    }
    if (failure instanceof InvarException) {
      err.println("invar: " + failure.getMessage());
      if (verbose) {
        failure.printStackTrace(err);
      }
      return FAILED;
    }
    err.println("invar: failed unexpectedly; please report this with the lines below.");
    failure.printStackTrace(err);
    return FAILED;
  }

  private static String howToGoOn(List<ParseResult> commands) {
    boolean resumes =
        commands.stream().anyMatch(each -> each.commandSpec().findOption("--resume") != null);
    if (!resumes) {
      return "";
    }
    boolean overwrites = commands.stream().anyMatch(each -> each.hasMatchedOption("--overwrite"));
    return " What was saved stays; go on with the same command and --resume%s."
        .formatted(overwrites ? " instead of --overwrite" : "");
  }

  /** Gives commands the stream that they print results to. */
  private record Factory(PrintStream out) implements CommandLine.IFactory {
    @Override
    public <K> K create(Class<K> type) throws Exception {
      for (Class<?> command :
          List.of(
              TrainCommand.class,
              SearchCommand.class,
              EvaluateCommand.class,
              PredictCommand.class,
              ExplainCommand.class,
              BenchCommand.class)) {
        if (type == command) {
          return type.getDeclaredConstructor(PrintStream.class).newInstance(out);
        }
      }
      return CommandLine.defaultFactory().create(type);
    }
  }
}
