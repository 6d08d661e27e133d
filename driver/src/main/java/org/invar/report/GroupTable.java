package org.invar.report;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.invar.nn.Network;
import org.invar.optim.Group;
import org.invar.optim.UpdateRule;
import org.invar.tensor.Layout;

/**
 * The groups of a network's parameters as text: which are frozen, and which have their own rate.
 *
 * @param layout the parameters
 * @param rule how they are updated
 */
public record GroupTable(Layout layout, UpdateRule rule) {
  private static final int NAMES = 3;

  /** Returns the table of a network, or nothing where all parameters are updated alike. */
  public static Optional<GroupTable> of(Network network, UpdateRule rule) {
    return rule.groups().isEmpty()
        ? Optional.empty()
        : Optional.of(new GroupTable(network.layout(), rule));
  }

  /** Returns a line a group, and one for the parameters of none. */
  public String render() {
    TextTable table = TextTable.aligned("llrl").row("group", "parameters", "values", "update");
    for (int group = 0; group < rule.groups().size(); group++) {
      Group of = rule.groups().get(group);
      row(table, of.match(), rule.entries(layout, group), update(of));
    }
    List<Layout.Entry> others = rule.entries(layout, UpdateRule.NO_GROUP);
    if (!others.isEmpty()) {
      row(table, "all others", others, update(Group.of("*")));
    }
    return table.render();
  }

  private static void row(TextTable table, String name, List<Layout.Entry> entries, String update) {
    long values = entries.stream().mapToLong(entry -> entry.shape().size()).sum();
    table.row(name, names(entries), Numbers.count(values), update);
  }

  private static String names(List<Layout.Entry> entries) {
    String first =
        entries.stream().limit(NAMES).map(Layout.Entry::name).collect(Collectors.joining(", "));
    int more = entries.size() - NAMES;
    return more > 0 ? first + " and " + more + " more" : first;
  }

  private static String update(Group group) {
    return group.frozen() ? "frozen" : "rate × " + group.rate();
  }
}
