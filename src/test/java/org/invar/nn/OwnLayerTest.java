package org.invar.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.invar.tensor.Initializer;
import org.invar.tensor.Layout;
import org.invar.tensor.Parameters;
import org.invar.tensor.Shape;
import org.invar.tensor.Type;
import org.invar.tensor.Value;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A layer of one's own is as long as CONTRIBUTING.md says. LayerContractTest has it, too. */
class OwnLayerTest {
  /** x · factor, one that is trained; any shape. */
  public record Scale() implements Layer {
    @Override
    public Type output(Type input) {
      return input;
    }

    @Override
    public List<Layout.Spec> parameters(Type input) {
      return List.of(Layout.Spec.plain("factor", Shape.of(1), Initializer.Constant.of(1)));
    }

    @Override
    public Value forward(Value x, Parameters parameters, Tape tape) {
      tape.push(x.array());
      return x.with(x.array().mul(parameters.get("factor").getDouble(0)));
    }

    @Override
    public INDArray backward(INDArray dy, Parameters parameters, Parameters gradient, Tape tape) {
      gradient.get("factor").addi(tape.pop().mul(dy).sumNumber());
      return dy.mul(parameters.get("factor").getDouble(0));
    }
  }

  @Test
  void theDocumentShowsThisLayer() throws IOException {
    Path root = Path.of(System.getProperty("invar.root", ".."));
    String document = unspaced(Files.readString(root.resolve("CONTRIBUTING.md")));
    String shown = document.substring(document.indexOf("publicrecordScale()"));
    shown = shown.substring(0, shown.indexOf("```"));
    String source = Files.readString(root.resolve("src/test/java/org/invar/nn/OwnLayerTest.java"));
    String own = source.substring(source.indexOf("public record Scale()"));
    own = own.substring(0, own.indexOf("\n  @Test")).replace("@Override", "");
    assertEquals(unspaced(own), shown);
    assertTrue(own.lines().filter(line -> !line.isBlank()).count() <= 20, own);
  }

  private static String unspaced(String text) {
    return text.lines().map(line -> line.replaceAll("\\s", "")).collect(Collectors.joining());
  }
}
