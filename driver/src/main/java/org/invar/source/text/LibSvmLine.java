package org.invar.source.text;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A line of LibSVM.
 *
 * @param label what stands first
 * @param indices as they stand there, ascending
 * @param values beside them
 * @param fault why the line cannot be used, or null
 */
@SuppressWarnings("ArrayRecordComponent")
record LibSvmLine(double label, int[] indices, double[] values, @Nullable Fault fault) {
  /** The most features of a row: more than a network can take. */
  static final int MOST_FEATURES = 10_000_000;

  /** No number that a double can hold needs more. */
  private static final int MOST_CHARACTERS = 400;

  /** Returns a line's content, or its first fault; the line is not blank. */
  static LibSvmLine parse(String line) {
    int comment = line.indexOf('#');
    String[] tokens = (comment < 0 ? line : line.substring(0, comment)).strip().split("[ \t]+", -1);
    double label = number(tokens[0]);
    if (Double.isNaN(label)) {
      return bad("a number for the label", tokens[0]);
    }
    int[] indices = new int[tokens.length - 1];
    double[] values = new double[indices.length];
    for (int i = 0; i < indices.length; i++) {
      String token = tokens[i + 1];
      int colon = token.indexOf(':');
      String index = colon < 0 ? "" : token.substring(0, colon);
      if (!index.matches("[0-9]+")) {
        return bad("index:value, where the index is a whole number", token);
      }
      if (index.length() > 9 || Integer.parseInt(index) > MOST_FEATURES) {
        return bad("an index of at most " + MOST_FEATURES, index);
      }
      indices[i] = Integer.parseInt(index);
      if (i > 0 && indices[i] <= indices[i - 1]) {
        return bad("ascending indices", indices[i] + " behind " + indices[i - 1]);
      }
      values[i] = number(token.substring(colon + 1));
      if (Double.isNaN(values[i])) {
        return bad("index:value, where the value is a number", token);
      }
    }
    return new LibSvmLine(label, indices, values, null);
  }

  private static LibSvmLine bad(String expected, String found) {
    return new LibSvmLine(0, new int[0], new double[0], Fault.of(expected, Fault.shown(found)));
  }

  /** Returns a number, or NaN for what is none. */
  private static double number(String text) {
    boolean digits = !text.isEmpty() && text.length() <= MOST_CHARACTERS;
    for (int i = 0; digits && i < text.length(); i++) {
      char c = text.charAt(i);
      digits = (c >= '0' && c <= '9') || "+-.eE".indexOf(c) >= 0;
    }
    try {
      return digits ? Double.parseDouble(text) : Double.NaN;
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }

  /** Returns the indices from 0. */
  int[] positions(boolean zeroBased) {
    return zeroBased ? indices : Arrays.stream(indices).map(index -> index - 1).toArray();
  }
}
