package org.invar.param;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A flat ND4J vector seen through its layout: every entry as a view, by name, scoped by layer.
 *
 * <p>The views share the flat vector's memory, so writing the vector changes them and the reverse.
 * Gradients and batch statistics have the same form. Not safe for use by several threads.
 */
public final class Parameters {
  private final INDArray flat;
  private final Layout layout;
  private final Map<String, INDArray> views;
  private final Map<String, Parameters> scopes;

  private Parameters(INDArray flat, Layout layout) {
    this.flat = flat;
    this.layout = layout;
    this.views = new LinkedHashMap<>();
    this.scopes = new LinkedHashMap<>();
  }

  /**
   * Returns the views of a flat vector.
   *
   * @param flat a vector of {@code layout.length()} elements, float or double, in one piece; null
   *     only for an empty layout
   * @param layout the entries
   */
  public static Parameters of(@Nullable INDArray flat, Layout layout) {
    INDArray vector = flat == null ? Nd4j.empty() : flat;
    if (layout.length() != (flat == null ? 0 : flat.length())) {
      throw new IllegalArgumentException(
          "a flat vector of length "
              + vector.length()
              + " does not fit a layout of "
              + layout.length());
    }
    Parameters all = new Parameters(vector, layout);
    for (Layout.Entry entry : layout.entries()) {
      INDArray view =
          Nd4j.create(
              vector.data(),
              entry.shape().toArray(),
              Nd4j.getStrides(entry.shape().toArray(), 'c'),
              vector.offset() + entry.offset(),
              'c');
      Parameters scope = all;
      String rest = entry.name();
      for (int dot = rest.indexOf('.'); dot >= 0; dot = rest.indexOf('.')) {
        scope =
            scope.scopes.computeIfAbsent(
                rest.substring(0, dot), name -> new Parameters(vector, layout));
        rest = rest.substring(dot + 1);
      }
      scope.views.put(rest, view);
    }
    return all;
  }

  /** Returns the entry of that name in this scope. */
  public INDArray get(String name) {
    INDArray view = views.get(name);
    if (view == null) {
      throw new IllegalArgumentException(
          "no entry is named " + name + "; there are " + views.keySet());
    }
    return view;
  }

  /** Returns the entries of a child layer; a layer without parameters has an empty scope. */
  public Parameters scope(String name) {
    return scopes.computeIfAbsent(name, child -> new Parameters(flat, layout));
  }

  /** Returns the whole flat vector, whatever the scope. */
  public INDArray flat() {
    return flat;
  }

  /** Returns the layout of the whole flat vector, whatever the scope. */
  public Layout layout() {
    return layout;
  }
}
