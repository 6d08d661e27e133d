package org.invar.source.text;

import java.io.Serializable;
import org.invar.Shown;

/**
 * Why a record of a text file is no row.
 *
 * @param expected what would have been right
 * @param found what is there
 * @param remedy what to change, a full sentence
 */
public record Fault(String expected, String found, String remedy) implements Serializable {
  private static final int SHOWN_CHARACTERS = 60;
  static final String CORRECT = "Correct the line or leave it out.";

  /** Returns a fault that only another line mends. */
  static Fault of(String expected, String found) {
    return new Fault(expected, found, CORRECT);
  }

  /** Returns a text as messages show it. */
  static String shown(String text) {
    String cut =
        text.length() > SHOWN_CHARACTERS ? text.substring(0, SHOWN_CHARACTERS) + "…" : text;
    return "\"" + Shown.line(cut) + "\"";
  }
}
