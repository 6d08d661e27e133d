package org.invar.report;

import java.util.ArrayList;
import java.util.List;

/** Lines of cells in aligned columns, two spaces between them, no borders. */
public final class TextTable {
  private static final String GAP = "  ";

  private final String alignment;
  private final List<List<String>> lines = new ArrayList<>();

  private TextTable(String alignment) {
    this.alignment = alignment;
  }

  /**
   * Returns an empty table.
   *
   * @param alignment a letter a column: {@code l} for left, {@code r} for right
   */
  public static TextTable aligned(String alignment) {
    return new TextTable(alignment);
  }

  /** Adds a line, which must have a cell for every column. */
  public TextTable row(List<String> cells) {
    if (cells.size() != alignment.length()) {
      throw new IllegalArgumentException(
          cells.size() + " cells, expected " + alignment.length() + ": " + cells);
    }
    lines.add(List.copyOf(cells));
    return this;
  }

  /** Adds a line, which must have a cell for every column. */
  public TextTable row(String... cells) {
    return row(List.of(cells));
  }

  /** Returns the lines, without spaces at their ends, each closed by a line feed. */
  public String render() {
    int[] widths = new int[alignment.length()];
    for (List<String> line : lines) {
      for (int column = 0; column < widths.length; column++) {
        widths[column] = Math.max(widths[column], line.get(column).length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (List<String> line : lines) {
      StringBuilder cells = new StringBuilder();
      for (int column = 0; column < widths.length; column++) {
        String cell = line.get(column);
        String space = " ".repeat(widths[column] - cell.length());
        cells.append(column == 0 ? "" : GAP);
        cells.append(alignment.charAt(column) == 'r' ? space + cell : cell + space);
      }
      text.append(cells.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }
}
