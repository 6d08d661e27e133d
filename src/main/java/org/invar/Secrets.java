package org.invar;

import java.util.regex.Pattern;

/**
 * Passwords, tokens and keys, which must reach no file, table, log or message: they are told by the
 * names that they go by, and by where they stand in addresses.
 */
public final class Secrets {
  /** What stands in place of a secret. */
  public static final String HIDDEN = "*****";

  private static final String NAMES =
      "password|passwd|passphrase|(?<![a-z])pass(?![a-z])|pwd|authorization|secret|secret[._-]?key|token|credentials?|signature"
          + "|(?:access|account|api|private|shared)[._-]?key(?:[._-]?id)?";

  /** What Spark's spark.redaction.regex hides, and the keys and signatures of object stores. */
  private static final Pattern NAME = Pattern.compile("(?i)(?:" + NAMES + ")|^sig$|\\bsas\\b|jaas");

  /** user:secret@ behind a scheme; a number behind the colon is a port. */
  private static final Pattern ADDRESS =
      Pattern.compile("(://)[^\\s/:\"']*:(?!\\d{1,5}(?:[/?#\\s]|$))(?:[^\\s\"'/]*@|[^\\s\"'@]*@)");

  /**
   * secret@ behind a scheme, or user:123/secret@, where a port would do: what stands before the @
   * is no secret in Azure's addresses (a container), nor in HDFS's, whose paths may have one.
   */
  private static final Pattern TOKEN =
      Pattern.compile(
          "(?i)(?<!\\b(?:abfss?|wasbs?|(?:s?web)?hdfs))(://)"
              + "(?:[^\\s/:\"']*:\\d{1,5}/[^\\s?#\"'@]*@|[^\\s/?#\"']*@)");

  /** user/secret@, as Oracle has it. */
  private static final Pattern ORACLE =
      Pattern.compile("(?i)(jdbc:oracle:\\w+:)[^@\\s/]+/[^@\\s]+@");

  /** name=secret, in an address or alone. */
  private static final Pattern ASSIGNMENT =
      Pattern.compile(
          "(?i)((?:(?:"
              + NAMES
              + ")|(?<![\\w.-])sig)\\s?=\\s?)"
              + "(?:\\{[^}]*}|\"[^\"]*\"|'[^']*'|[^\\s&;\"'<>]+)");

  /** The identifiers of keys at AWS. */
  private static final Pattern AWS = Pattern.compile("\\b(?:AKIA|ASIA)[0-9A-Z]{16}\\b");

  private Secrets() {}

  /** Returns whether what goes by that name, an option's key for example, is a secret. */
  public static boolean isNamed(String name) {
    return NAME.matcher(name).find();
  }

  /**
   * Returns a text without the secrets that can be told: {@code password=} and its like, {@code
   * user:secret@} and {@code token@} of an address, signatures of shared links, identifiers of
   * keys.
   */
  public static String hidden(String text) {
    String hidden = ADDRESS.matcher(text).replaceAll("$1" + HIDDEN + "@");
    hidden = TOKEN.matcher(hidden).replaceAll("$1" + HIDDEN + "@");
    hidden = ORACLE.matcher(hidden).replaceAll("$1" + HIDDEN + "@");
    hidden = ASSIGNMENT.matcher(hidden).replaceAll("$1" + HIDDEN);
    return AWS.matcher(hidden).replaceAll(HIDDEN);
  }
}
