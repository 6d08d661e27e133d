package org.invar.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.Provider;
import java.security.SecureRandom;
import java.security.SecureRandomSpi;
import java.security.Security;
import java.util.HexFormat;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.config.Configurator;
import org.invar.cli.Main;
import org.invar.collective.RunKey;

/**
 * The command line in a JVM whose secure random numbers are those of the system, and which writes
 * each run's key to the file that {@code known.keys} names: so a test knows what to look for.
 */
public final class KnownKeyProgram {
  static final String FILE = "known.keys";

  /** What stands in the log once everything of ours does. */
  static final String TOLD = "a key was made";

  private KnownKeyProgram() {}

  /** Takes what {@code invar} takes. */
  public static void main(String[] arguments) {
    Security.insertProviderAt(new Telling(), 1);
    Main.main(arguments);
  }

  private static final class Telling extends Provider {
    private static final long serialVersionUID = 1;

    Telling() {
      super("telling", "1", "tells the keys of runs");
      put("SecureRandom.Telling", TellingRandom.class.getName());
    }
  }

  /** The system's random numbers. Public, because Java's security makes the instances. */
  public static final class TellingRandom extends SecureRandomSpi {
    private static final long serialVersionUID = 1;

    private final SecureRandom system;

    public TellingRandom() throws Exception {
      this.system = SecureRandom.getInstance("DRBG");
    }

    @Override
    protected void engineSetSeed(byte[] seed) {
      system.setSeed(seed);
    }

    @Override
    protected void engineNextBytes(byte[] bytes) {
      system.nextBytes(bytes);
      boolean key =
          StackWalker.getInstance()
              .walk(
                  frames ->
                      frames.anyMatch(
                          frame ->
                              frame.getClassName().equals(RunKey.class.getName())
                                  && frame.getMethodName().equals("random")));
      if (key) {
        tell(HexFormat.of().formatHex(bytes));
        // The command has set levels of its own.
        Configurator.setLevel("org.invar", Level.TRACE);
        LogManager.getLogger(KnownKeyProgram.class).trace(TOLD);
      }
    }

    @Override
    protected byte[] engineGenerateSeed(int count) {
      return system.generateSeed(count);
    }

    private static void tell(String key) {
      try {
        Files.writeString(
            Path.of(System.getProperty(FILE)),
            key + "\n",
            StandardOpenOption.CREATE,
            StandardOpenOption.APPEND);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
