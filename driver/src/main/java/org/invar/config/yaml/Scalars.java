package org.invar.config.yaml;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BigIntegerNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.math.BigInteger;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What single values mean: numbers, booleans, null, and the environment's variables in text. */
public final class Scalars {
  private static final Pattern NULL = Pattern.compile("|~|null|Null|NULL");
  private static final Pattern TRUE = Pattern.compile("true|True|TRUE");
  private static final Pattern FALSE = Pattern.compile("false|False|FALSE");
  private static final Pattern WHOLE = Pattern.compile("[-+]?(0|[1-9][0-9]*)");
  private static final Pattern DECIMAL =
      Pattern.compile("[-+]?(\\.[0-9]+|(0|[1-9][0-9]*)(\\.[0-9]*)?)([eE][-+]?[0-9]+)?");
  private static final Pattern INFINITE = Pattern.compile("([-+]?)\\.(inf|Inf|INF)");
  private static final Pattern NOT_A_NUMBER = Pattern.compile("\\.(nan|NaN|NAN)");
  private static final Pattern VARIABLE =
      Pattern.compile(
          "\\$\\$\\{|\\$\\{(?<name>[A-Za-z_][A-Za-z0-9_]*)?(?<rest>:-[^}]*)?(?<end>})?");

  /**
   * Longer than any number that means something; the time to read digits grows with their square.
   */
  private static final int MOST_CHARACTERS = 400;

  private static final int SHOWN = 20;

  private Scalars() {}

  /** Returns whether an unquoted scalar means text. */
  public static boolean isText(String text) {
    return Stream.of(NULL, TRUE, FALSE, WHOLE, DECIMAL, INFINITE, NOT_A_NUMBER)
        .noneMatch(other -> other.matcher(text).matches());
  }

  /**
   * Returns what an unquoted scalar means, by the core schema of YAML 1.2 without its octal and
   * hexadecimal numbers; a number with leading zeros, such as 010, is text, since it means 8 to
   * some readers and 10 to others.
   *
   * @throws IllegalArgumentException for a number that no double can hold, or that is absurdly long
   */
  static JsonNode resolve(String text) {
    if (NULL.matcher(text).matches()) {
      return NullNode.getInstance();
    }
    if (TRUE.matcher(text).matches() || FALSE.matcher(text).matches()) {
      return BooleanNode.valueOf(TRUE.matcher(text).matches());
    }
    if (text.length() > MOST_CHARACTERS && !isText(text)) {
      throw new IllegalArgumentException(
          "expected a number of at most %d characters, found one of %d that begins with %s"
              .formatted(MOST_CHARACTERS, text.length(), text.substring(0, SHOWN)));
    }
    if (WHOLE.matcher(text).matches()) {
      return whole(new BigInteger(text));
    }
    if (DECIMAL.matcher(text).matches()) {
      return decimal(text);
    }
    Matcher infinite = INFINITE.matcher(text);
    if (infinite.matches()) {
      return DoubleNode.valueOf(
          infinite.group(1).equals("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY);
    }
    return NOT_A_NUMBER.matcher(text).matches()
        ? DoubleNode.valueOf(Double.NaN)
        : TextNode.valueOf(text);
  }

  /** Returns the narrowest node, so that equal numbers are equal nodes. */
  public static JsonNode whole(BigInteger value) {
    if (value.bitLength() < Integer.SIZE) {
      return IntNode.valueOf(value.intValue());
    }
    return value.bitLength() < Long.SIZE
        ? LongNode.valueOf(value.longValue())
        : BigIntegerNode.valueOf(value);
  }

  private static JsonNode decimal(String text) {
    double value = Double.parseDouble(text);
    int exponent = Math.max(text.indexOf('e'), text.indexOf('E'));
    String digits = exponent < 0 ? text : text.substring(0, exponent);
    if (Double.isInfinite(value) || (value == 0 && digits.matches(".*[1-9].*"))) {
      throw new IllegalArgumentException(text + " is outside the range of a 64-bit number");
    }
    return DoubleNode.valueOf(value);
  }

  /** Returns the text without variables: {@code $${NAME}} stands for {@code ${NAME}}. */
  static String literal(String text) {
    return text.replace("$${", "${");
  }

  /**
   * Returns the text with {@code ${NAME}} and {@code ${NAME:-default}} replaced; {@code $${NAME}}
   * stands for the text {@code ${NAME}}. As in a shell, the default serves for an empty variable
   * too.
   *
   * @throws IllegalArgumentException where a variable is missing and has no default
   */
  static String substitute(String text, Map<String, String> environment) {
    StringBuilder result = new StringBuilder();
    Matcher variable = VARIABLE.matcher(text);
    while (variable.find()) {
      if (variable.group().equals("$${")) {
        variable.appendReplacement(result, Matcher.quoteReplacement("${"));
        continue;
      }
      String name = variable.group("name");
      if (name == null || variable.group("end") == null) {
        throw new IllegalArgumentException(
            "expected ${NAME} or ${NAME:-default}, found \""
                + text
                + "\". Write $${ where no variable is meant");
      }
      String rest = variable.group("rest");
      String value = environment.get(name);
      if (rest != null && (value == null || value.isEmpty())) {
        value = rest.substring(2);
      }
      if (value == null) {
        throw new IllegalArgumentException(
            "expected the environment variable "
                + name
                + ", found none of that name. Set it, or write ${"
                + name
                + ":-default}");
      }
      variable.appendReplacement(result, Matcher.quoteReplacement(value));
    }
    return variable.appendTail(result).toString();
  }
}
