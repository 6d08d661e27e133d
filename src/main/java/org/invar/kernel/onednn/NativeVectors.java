package org.invar.kernel.onednn;

import static org.bytedeco.dnnl.global.dnnl.*;

import org.bytedeco.dnnl.dnnl_binary_desc_t;
import org.bytedeco.dnnl.dnnl_memory_desc_t;
import org.invar.kernel.Activation;

/**
 * Element-wise operations on vectors of one length, given by their addresses; a result may replace
 * an operand.
 */
final class NativeVectors {
  private final OneDnn library;
  private final Primitive sum;
  private final Primitive difference;
  private final Primitive product;
  private final Primitive sumOfProducts;
  private final Primitive sigmoid;
  private final Primitive tanh;
  private final Primitive sigmoidGradient;
  private final Primitive tanhGradient;

  /** What an operation is made for. */
  private record Key(int algorithm, boolean add, long length) {}

  NativeVectors(OneDnn library, long length) {
    this.library = library;
    this.sum = binary(dnnl_binary_add, false, length);
    this.difference = binary(dnnl_binary_sub, false, length);
    this.product = binary(dnnl_binary_mul, false, length);
    this.sumOfProducts = binary(dnnl_binary_mul, true, length);
    this.sigmoid = NativeActivation.ofVector(Activation.SIGMOID, length).forward(library);
    this.tanh = NativeActivation.ofVector(Activation.TANH, length).forward(library);
    this.sigmoidGradient = NativeActivation.ofVector(Activation.SIGMOID, length).gradient(library);
    this.tanhGradient = NativeActivation.ofVector(Activation.TANH, length).gradient(library);
  }

  /** to = a + b. */
  void add(long a, long b, long to) {
    sum.execute(a, b, to);
  }

  /** to = a − b. */
  void subtract(long a, long b, long to) {
    difference.execute(a, b, to);
  }

  /** to = a ⊙ b. */
  void multiply(long a, long b, long to) {
    product.execute(a, b, to);
  }

  /** to += a ⊙ b. */
  void addProduct(long a, long b, long to) {
    sumOfProducts.execute(a, b, to);
  }

  /** z = σ(z). */
  void sigmoid(long z) {
    sigmoid.execute(z, z);
  }

  /** to = tanh z. */
  void tanh(long z, long to) {
    tanh.execute(z, to);
  }

  /** to = y (1 − y) dy. */
  void sigmoidGradient(long y, long dy, long to) {
    sigmoidGradient.execute(y, dy, to);
  }

  /** to = (1 − y²) dy. */
  void tanhGradient(long y, long dy, long to) {
    tanhGradient.execute(y, dy, to);
  }

  private Primitive binary(int algorithm, boolean add, long length) {
    return library.prepared(
        new Key(algorithm, add, length),
        () -> {
          dnnl_memory_desc_t vector = Formats.dense(1, length);
          dnnl_binary_desc_t operation = new dnnl_binary_desc_t();
          OneDnn.check(
              dnnl_binary_desc_init(operation, algorithm, vector, vector, vector), "a sum");
          return new Primitive(
              library,
              add
                  ? library.requireAdding(operation)
                  : library.require(operation, Activation.IDENTITY),
              DNNL_ARG_SRC_0,
              DNNL_ARG_SRC_1,
              DNNL_ARG_DST);
        });
  }
}
