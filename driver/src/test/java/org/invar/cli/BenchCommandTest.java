package org.invar.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Arguments of {@code bench} that are refused before anything starts. */
class BenchCommandTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "''; 2; --exchange or --workloads, found neither",
        "--exchange --workloads mlp; 2; --exchange or --workloads, found both",
        "--workloads mlp,resnet; 2; --workloads=resnet is none of [mlp, lenet, cnn, lstm, gru]",
        "--workloads mlp,mlp; 2; --workloads=[mlp, mlp]",
        "--workloads mlp --global-batch 0; 2; --global-batch=0 is not positive",
        "--workloads mlp --warm-up 0; 2; --warm-up=0.0 is not between",
        "--workloads mlp --seconds 0; 2; --seconds=0.0 is not between",
        "--workloads mlp --repeats 0; 2; --repeats=0 is not positive",
        "--workloads mlp --threads 0; 2; --threads=0 is not positive",
        "--workloads mlp --shards many; 2; --shards=many is neither auto nor a number",
        "--workloads mlp --shards 0; 2; --shards=0 is neither auto nor a number",
        "--workloads mlp --shards 512; 2; --shards=512 is more than --global-batch=256",
        "--workloads mlp --kernels abacus; 1; --kernels abacus: expected kernels that this build has",
        "--exchange --floats 0; 2; --floats=0 is not positive",
        "--exchange --workers 2,-1; 2; --workers=-1 is not positive",
        "--exchange --workers 2,2; 2; --workers=[2, 2]",
        "--exchange --steps 0; 2; --steps=0 is not positive",
        "--exchange --floats many; 2; --floats",
        "--exchange --json /nowhere/at/all.json; 1; --json /nowhere/at/all.json: expected",
      })
  void refuses(String arguments, int code, String told) {
    var err = new ByteArrayOutputStream();
    var out = new ByteArrayOutputStream();

    int found =
        Main.run(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            ("bench " + arguments).strip().split(" "));

    String message = err.toString(StandardCharsets.UTF_8);
    assertEquals(code, found, message);
    assertTrue(message.lines().findFirst().orElse("").contains(told), message);
    assertEquals("", out.toString(StandardCharsets.UTF_8));
  }
}
