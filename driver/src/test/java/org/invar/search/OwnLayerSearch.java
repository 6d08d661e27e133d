package org.invar.search;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.invar.config.Vocabulary;
import org.invar.config.bind.Binder;
import org.invar.config.yaml.YamlDocument;
import org.invar.nn.Layer;
import org.invar.search.space.Space;

/** Searches with layers of a user's own, {@link Crowd}, {@link Gate} and {@link Fatal}. */
final class OwnLayerSearch {
  private OwnLayerSearch() {}

  /** Returns the binder of jobs that name these layers. */
  static Binder binder() {
    return Vocabulary.standard()
        .register(Layer.class, List.of(Crowd.class, Gate.class, Fatal.class));
  }

  /** Returns the search of a text. */
  static SearchSpec spec(String text) {
    return SearchSpec.of(YamlDocument.parse(text, "search.yaml"), binder(), Path.of(""));
  }

  /**
   * Returns a search with the first seed under which a key has a value in one trial alone, one of
   * the first two.
   *
   * @param text all but the seed
   */
  static String once(String text, String key, String value) {
    SearchSpec spec = spec(text);
    int trials = spec.settings().trials();
    var all = new Space.Focus(List.copyOf(spec.settings().space().keySet()), Map.of(), 0);
    int seed = 0;
    List<Integer> having;
    do {
      long drawn = ++seed;
      having =
          IntStream.range(0, trials)
              .filter(
                  trial ->
                      spec.space()
                          .draw(spec.jobTree(), drawn, trial, all)
                          .get(key)
                          .asText()
                          .equals(value))
              .boxed()
              .toList();
    } while (having.size() != 1 || having.get(0) > 1);
    return text + "seed: " + seed + "\n";
  }
}
