package org.invar.search.space;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.IntNode;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;

/**
 * How the values of one setting are distributed.
 *
 * <p>Every distribution is a scale from 0 to 1, on which a value is drawn uniformly: {@link #at}
 * has the value at a place and {@link #place} the place of a value. Numbers have at most four
 * significant digits, so that a person can copy them. Exponentials and logarithms are {@link
 * StrictMath}'s: the same place means the same value on every machine.
 */
public sealed interface Distribution {
  /**
   * Returns the value at a place.
   *
   * @param place in [0, 1)
   */
  JsonNode at(double place);

  /** Returns the place of a value, in [0, 1]. */
  double place(JsonNode value);

  /**
   * Numbers, each as likely as any other.
   *
   * @param range of the numbers
   */
  record Uniform(Range range) implements Distribution {
    @Override
    public JsonNode at(double place) {
      return number(range.from() + place * (range.to() - range.from()), range);
    }

    @Override
    public double place(JsonNode value) {
      return within((value.asDouble() - range.from()) / (range.to() - range.from()));
    }
  }

  /**
   * Numbers whose logarithm is uniform, such as learning rates.
   *
   * @param range of the numbers, above 0
   */
  record LogUniform(Range range) implements Distribution {
    /** Refuses numbers that have no logarithm. */
    public LogUniform {
      if (range.from() <= 0) {
        throw new IllegalArgumentException("range.from=" + range.from() + " is not above 0");
      }
    }

    @Override
    public JsonNode at(double place) {
      return number(logarithmic(range, place), range);
    }

    @Override
    public double place(JsonNode value) {
      return within(logarithmicPlace(range, value.asDouble()));
    }
  }

  /**
   * Numbers below 1 of which the logarithm of what is missing to 1 is uniform, such as the decay
   * rates β of moments.
   *
   * @param range of the numbers themselves, in [0, 1), such as 0.9 to 0.9999
   */
  record OneMinusLogUniform(Range range) implements Distribution {
    /** Refuses numbers of which nothing is missing to 1. */
    public OneMinusLogUniform {
      if (range.from() < 0 || range.to() >= 1) {
        throw new IllegalArgumentException(
            "range=[%s, %s] is not within [0, 1)".formatted(range.from(), range.to()));
      }
    }

    private Range missing() {
      return new Range(1 - range.to(), 1 - range.from());
    }

    @Override
    public JsonNode at(double place) {
      double missing = logarithmic(missing(), 1 - place);
      BigDecimal value = BigDecimal.ONE.subtract(new BigDecimal(missing, DIGITS));
      return DoubleNode.valueOf(Math.max(range.from(), Math.min(range.to(), value.doubleValue())));
    }

    @Override
    public double place(JsonNode value) {
      return within(1 - logarithmicPlace(missing(), 1 - value.asDouble()));
    }
  }

  /**
   * Whole numbers, each as likely as any other.
   *
   * @param range of the numbers, both ends included
   */
  record IntUniform(IntRange range) implements Distribution {
    @Override
    public JsonNode at(double place) {
      return whole(range, place);
    }

    @Override
    public double place(JsonNode value) {
      return wholePlace(range, value);
    }
  }

  /**
   * Whole numbers whose logarithm is about uniform, such as numbers of units.
   *
   * @param range of the numbers, both ends included, above 0
   */
  record IntLogUniform(IntRange range) implements Distribution {
    /** Refuses numbers that have no logarithm. */
    public IntLogUniform {
      if (range.from() < 1) {
        throw new IllegalArgumentException("range.from=" + range.from() + " is not at least 1");
      }
    }

    /** A number n stands for what lies between n − ½ and n + ½. */
    private Range bounds() {
      return new Range(range.from() - 0.5, range.to() + 0.5);
    }

    @Override
    public JsonNode at(double place) {
      long rounded = Math.round(logarithmic(bounds(), place));
      return IntNode.valueOf((int) Math.max(range.from(), Math.min(range.to(), rounded)));
    }

    @Override
    public double place(JsonNode value) {
      return within(logarithmicPlace(bounds(), value.asDouble()));
    }
  }

  /**
   * Some values of any kind, each as likely as any other.
   *
   * @param values what a job may have there
   */
  record Choice(List<JsonNode> values) implements Distribution {
    /** Takes an unmodifiable copy, and refuses none. */
    public Choice {
      if (values.isEmpty()) {
        throw new IllegalArgumentException("values=[] is not a list of at least one value");
      }
      values = List.copyOf(values);
    }

    @Override
    public JsonNode at(double place) {
      return values.get((int) Math.min(values.size() - 1, Math.floor(place * values.size())));
    }

    @Override
    public double place(JsonNode value) {
      return (values.indexOf(value) + 0.5) / values.size();
    }
  }

  /**
   * How often a block of layers stands, one behind the other.
   *
   * @param times how often, both ends included
   * @param elements of the list that are the block, the first of which has the key
   */
  record Repeat(IntRange times, int elements) implements Distribution {
    /** More elements of a list than any network has layers. */
    public static final int MOST = 10_000;

    /** Refuses less than none, and more than a list may have. */
    public Repeat {
      if (times.from() < 0) {
        throw new IllegalArgumentException("times.from=" + times.from() + " is not at least 0");
      }
      if (elements < 1) {
        throw new IllegalArgumentException("elements=" + elements + " is not at least 1");
      }
      if (elements > MOST) {
        throw new IllegalArgumentException("elements=" + elements + " is not at most " + MOST);
      }
      if ((long) times.to() * elements > MOST) {
        throw new IllegalArgumentException(
            "times.to=%d is not at most %d: of a block of %d, a list has no more than %d elements"
                .formatted(times.to(), MOST / elements, elements, MOST));
      }
    }

    /** Returns the repetitions of one element. */
    public static Repeat of(IntRange times) {
      return new Repeat(times, 1);
    }

    @Override
    public JsonNode at(double place) {
      return whole(times, place);
    }

    @Override
    public double place(JsonNode value) {
      return wholePlace(times, value);
    }
  }

  /** The significant digits of a number. */
  MathContext DIGITS = new MathContext(4);

  private static JsonNode number(double value, Range range) {
    double rounded = new BigDecimal(range.clamp(value), DIGITS).doubleValue();
    return DoubleNode.valueOf(range.clamp(rounded));
  }

  private static JsonNode whole(IntRange range, double place) {
    long value = range.from() + (long) Math.floor(place * range.count());
    return IntNode.valueOf((int) Math.min(range.to(), value));
  }

  private static double wholePlace(IntRange range, JsonNode value) {
    return within((value.asDouble() - range.from() + 0.5) / range.count());
  }

  private static double logarithmic(Range range, double place) {
    double from = StrictMath.log(range.from());
    return StrictMath.exp(from + place * (StrictMath.log(range.to()) - from));
  }

  private static double logarithmicPlace(Range range, double value) {
    double from = StrictMath.log(range.from());
    return (StrictMath.log(Math.max(value, Double.MIN_NORMAL)) - from)
        / (StrictMath.log(range.to()) - from);
  }

  private static double within(double place) {
    return Math.max(0, Math.min(1, place));
  }
}
