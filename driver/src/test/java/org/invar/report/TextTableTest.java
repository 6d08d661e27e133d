package org.invar.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class TextTableTest {
  @Test
  void columnsAreAlignedAndLinesEndWithoutSpaces() {
    String text =
        TextTable.aligned("lrl")
            .row("name", "n", "note")
            .row("a", "1,000", "")
            .row("long name", "7", "x")
            .render();
    assertEquals(
        """
        name           n  note
        a          1,000
        long name      7  x
        """,
        text);
  }

  @Test
  void aLineWithAnotherNumberOfCellsIsRefused() {
    var e =
        assertThrows(IllegalArgumentException.class, () -> TextTable.aligned("ll").row("only one"));
    assertEquals("1 cells, expected 2: [only one]", e.getMessage());
  }
}
