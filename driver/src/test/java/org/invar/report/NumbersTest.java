package org.invar.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NumbersTest {
  @ParameterizedTest
  @CsvSource({
    "0.23456, 0.2346",
    "0, 0.0000",
    "-1.5, -1.5000",
    "0.0001234, 1.234e-04",
    "12345.678, 12345.6780",
    "1234567, 1.235e+06",
    "NaN, n/a",
    "Infinity, Infinity"
  })
  void scores(double value, String text) {
    assertEquals(text, Numbers.score(value));
  }

  @ParameterizedTest
  @CsvSource({
    "0.001, 0.001",
    "0.0009025, 0.000903",
    "10, 10",
    "0, 0",
    "1e-7, 1.00e-07",
    "0.00000123456, 1.23e-06",
    "NaN, NaN"
  })
  void learningRates(double value, String text) {
    assertEquals(text, Numbers.rate(value));
  }

  @ParameterizedTest
  @CsvSource({"0.4, 0:00", "59.6, 1:00", "754, 12:34", "3723, 1:02:03"})
  void times(double seconds, String text) {
    assertEquals(text, Numbers.clock(seconds));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0 bytes",
    "1023, 1023 bytes",
    "246824, 241.0 KiB",
    "1137408, 1.1 MiB",
    "5905580032, 5.5 GiB"
  })
  void bytes(long bytes, String text) {
    assertEquals(text, Numbers.bytes(bytes));
  }

  @Test
  void everyLocaleGivesTheSameText() {
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.GERMANY);
      assertEquals("61,706 0.5000 12.5 1.5 KiB", texts());
    } finally {
      Locale.setDefault(before);
    }
  }

  private static String texts() {
    return String.join(
        " ", Numbers.count(61_706), Numbers.score(0.5), Numbers.seconds(12.5), Numbers.bytes(1536));
  }
}
