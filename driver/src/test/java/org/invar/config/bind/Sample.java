package org.invar.config.bind;

import java.util.List;
import java.util.Map;
import org.invar.config.yaml.YamlDocument;
import org.jspecify.annotations.Nullable;

/** Records of every kind that a binder meets. */
record Sample(
    int count,
    String title,
    long big,
    double rate,
    boolean on,
    Kind kind,
    @Nullable Integer limit,
    @Nullable String note,
    List<String> names,
    Map<String, Double> weights,
    Map<String, String> options,
    List<Part> parts,
    Part main,
    Size size,
    Amount amount,
    @Nullable Inner inner) {

  enum Kind {
    PLAIN,
    CLASS_IDS
  }

  record Size(int height, int width) {}

  record Inner(double low, double high) {
    Inner {
      if (!(low <= high)) {
        throw new IllegalArgumentException("low=" + low + " is above high=" + high);
      }
    }

    static Inner of(double low) {
      return new Inner(low, 1);
    }
  }

  record Dims(List<Integer> dimensions) {
    static Dims of(int... dimensions) {
      return new Dims(java.util.Arrays.stream(dimensions).boxed().toList());
    }
  }

  /** An open interface. */
  interface Part {}

  record Flat() implements Part {}

  record Drop(double rate) implements Part {
    Drop {
      if (!(rate >= 0 && rate < 1)) {
        throw new IllegalArgumentException("rate=" + rate + " is not in [0, 1)");
      }
    }
  }

  record Conv(int filters, Size kernel, Kind kind, @Nullable Dims dims) implements Part {
    Conv {
      if (filters < 1) {
        throw new IllegalArgumentException(
            "filters=" + filters + " is not a whole number of at least 1. Add filters.");
      }
    }

    static Conv of(int filters) {
      return new Conv(filters, new Size(3, 3), Kind.PLAIN, null);
    }

    static Conv of(int filters, Size kernel) {
      return new Conv(filters, kernel, Kind.PLAIN, null);
    }
  }

  record Decay(double initialRate, double base) implements Part {}

  record Around(Part part) implements Part {}

  record Chain(List<Part> parts) implements Part {}

  record Cap(@Nullable Double cap) implements Part {
    static Cap of() {
      return new Cap(5.0);
    }
  }

  /** A sealed interface with a sealed one in it. */
  sealed interface Amount {
    record None() implements Amount {}

    sealed interface Some extends Amount {
      record Half() implements Some {}

      record Share(double of, boolean strict) implements Some {
        static Share of(double of) {
          return new Share(of, false);
        }
      }
    }

    @Unnamed
    record Fixed(int count) implements Amount {}
  }

  static Sample of(int count, String title) {
    return new Sample(
        count,
        title,
        1L << 40,
        0.5,
        true,
        Kind.PLAIN,
        null,
        "note",
        List.of(),
        Map.of(),
        Map.of(),
        List.of(),
        new Flat(),
        new Size(1, 2),
        new Amount.None(),
        null);
  }

  static Binder binder() {
    return Binder.of()
        .register(
            Part.class,
            List.of(
                Flat.class,
                Drop.class,
                Conv.class,
                Decay.class,
                Around.class,
                Chain.class,
                Cap.class));
  }

  static Sample bind(String text) {
    return binder().bind(YamlDocument.parse(text, "s.yaml", Map.of()), Sample.class);
  }
}
