package org.invar.tensor;

import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Two flat ND4J vectors, parameters and state, seen through their layouts: every entry as a view,
 * by name, scoped by layer.
 *
 * <p>The views share the flat vectors' memory, so writing a vector changes them and the reverse. A
 * gradient has the same form: its state part holds sums of the batch's statistics. Not safe for use
 * by several threads.
 */
public final class Parameters {
  private final Map<String, INDArray> entries = new LinkedHashMap<>();
  private final Map<String, INDArray> states = new LinkedHashMap<>();
  private final Map<String, Parameters> scopes = new LinkedHashMap<>();

  private Parameters() {}

  /**
   * Returns the views of two flat vectors.
   *
   * @param flat a vector of {@code layout.length()} elements or more, float or double, in one piece
   * @param layout its entries
   * @param state the vector of running state, likewise
   * @param stateLayout its entries
   */
  public static Parameters of(INDArray flat, Layout layout, INDArray state, Layout stateLayout) {
    Parameters all = new Parameters();
    for (Layout.Entry entry : layout.entries()) {
      all.owner(entry).entries.put(lastName(entry), view(flat, entry));
    }
    for (Layout.Entry entry : stateLayout.entries()) {
      all.owner(entry).states.put(lastName(entry), view(state, entry));
    }
    return all;
  }

  /** Returns the trainable entry of that name in this scope. */
  public INDArray get(String name) {
    return find(entries, name);
  }

  /** Returns the running state of that name in this scope. */
  public INDArray state(String name) {
    return find(states, name);
  }

  /** Returns the entries of a child layer; a layer without parameters has an empty scope. */
  public Parameters scope(String name) {
    return scopes.computeIfAbsent(name, child -> new Parameters());
  }

  /** Returns whether neither this scope nor one inside it has a trainable entry. */
  public boolean isEmpty() {
    return entries.isEmpty() && scopes.values().stream().allMatch(Parameters::isEmpty);
  }

  private Parameters owner(Layout.Entry entry) {
    Parameters scope = this;
    String[] path = entry.name().split("\\.", -1);
    for (int i = 0; i < path.length - 1; i++) {
      scope = scope.scope(path[i]);
    }
    return scope;
  }

  private static String lastName(Layout.Entry entry) {
    return entry.name().substring(entry.name().lastIndexOf('.') + 1);
  }

  private static INDArray view(INDArray flat, Layout.Entry entry) {
    long[] shape = entry.shape().toArray();
    return Nd4j.create(
        flat.data(), shape, Nd4j.getStrides(shape, 'c'), flat.offset() + entry.offset(), 'c');
  }

  private static INDArray find(Map<String, INDArray> views, String name) {
    INDArray view = views.get(name);
    if (view == null) {
      throw new IllegalArgumentException("no entry " + name + " among " + views.keySet());
    }
    return view;
  }
}
