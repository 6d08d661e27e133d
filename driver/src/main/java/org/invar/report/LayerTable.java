package org.invar.report;

import org.invar.nn.Network;

/**
 * The layers of a network as text: name, shape of one example's output, trainable parameters.
 *
 * @param network whose layers are shown
 */
public record LayerTable(Network network) {
  /** Returns a line for the input, a line a layer and a line with the total. */
  public String render() {
    TextTable table = TextTable.aligned("llr").row("layer", "output", "parameters");
    table.row("input", network.input().shape().toString(), "");
    long total = 0;
    for (Network.Row row : network.table()) {
      table.row(row.name(), row.output().toString(), Numbers.count(row.parameters()));
      total += row.parameters();
    }
    return table.row("total", "", Numbers.count(total)).render();
  }
}
