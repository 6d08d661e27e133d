package org.invar.kernel.onednn;

import static org.bytedeco.dnnl.global.dnnl.*;

import org.bytedeco.dnnl.dnnl_matmul_desc_t;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.javacpp.FloatPointer;
import org.invar.kernel.Activation;
import org.jspecify.annotations.Nullable;

/**
 * Products of matrices in oneDNN: those that are compiled for one shape, with bias and activation,
 * and those that are added to what is there.
 */
final class MatrixProducts implements AutoCloseable {
  private final OneDnn library;
  private final Address left = new Address();
  private final Address right = new Address();
  private final Address result = new Address();
  private @Nullable FloatPointer ones;

  MatrixProducts(OneDnn library) {
    this.library = library;
  }

  /**
   * What a product is compiled for: activation(a · b + bias).
   *
   * @param rows of a, which is dense, as the result is
   * @param in columns of a
   * @param out columns of the result
   * @param stride from row to row of b as it lies in memory
   * @param transposed whether b lies as [out, in]
   * @param bias whether there is one
   */
  record Product(
      long rows,
      long in,
      long out,
      long stride,
      boolean transposed,
      boolean bias,
      Activation activation) {
    /** Returns that of activation(a · b + bias) where b is dense. */
    static Product plain(long rows, long in, long out, boolean bias, Activation activation) {
      return new Product(rows, in, out, out, false, bias, activation);
    }

    /** Returns that of a · bᵀ where b [out, in] is dense. */
    static Product transposed(long rows, long in, long out) {
      return new Product(rows, in, out, in, true, false, Activation.IDENTITY);
    }
  }

  /** Returns a product; arguments are a, b, the result, and the bias where there is one. */
  Primitive compiled(Product key) {
    return library.prepared(key, () -> compile(key));
  }

  private Primitive compile(Product key) {
    long[] b = {key.in(), key.out()};
    dnnl_matmul_desc_t operation = new dnnl_matmul_desc_t();
    OneDnn.check(
        dnnl_matmul_desc_init(
            operation,
            Formats.dense(key.rows(), key.in()),
            key.transposed()
                ? Formats.strided(b, 1, key.stride())
                : Formats.strided(b, key.stride(), 1),
            key.bias() ? Formats.dense(1, key.out()) : null,
            Formats.dense(key.rows(), key.out())),
        "a matrix product");
    dnnl_primitive_desc description = library.require(operation, key.activation());
    return key.bias()
        ? new Primitive(
            library, description, DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST, DNNL_ARG_BIAS)
        : new Primitive(library, description, DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST);
  }

  /**
   * c = a · b + beta · c, row-major; a is dense.
   *
   * @param m rows of c
   * @param n columns of c
   * @param k columns of a (rows, where a is transposed)
   * @param strideB from row to row of b as it lies in memory
   * @param strideC from row to row of c
   */
  void gemm(
      boolean transposeA,
      boolean transposeB,
      long m,
      long n,
      long k,
      long a,
      long b,
      long strideB,
      float beta,
      long c,
      long strideC) {
    OneDnn.check(
        dnnl_sgemm(
            (byte) (transposeA ? 'T' : 'N'),
            (byte) (transposeB ? 'T' : 'N'),
            m,
            n,
            k,
            1,
            left.at(a),
            transposeA ? m : k,
            right.at(b),
            strideB,
            beta,
            result.at(c),
            strideC),
        "a matrix product");
  }

  /** result += the sums of a dense matrix's columns, rows in their order. */
  void addColumnSums(long rows, long columns, long matrix, long result) {
    gemm(false, false, 1, columns, rows, ones(rows), matrix, columns, 1, result, columns);
  }

  /** Returns the address of at least that many ones. */
  private long ones(long length) {
    FloatPointer known = ones;
    if (known == null || known.capacity() < length) {
      close();
      known = new FloatPointer(length);
      for (long i = 0; i < length; i++) {
        known.put(i, 1);
      }
      ones = known;
    }
    return known.address();
  }

  @Override
  public void close() {
    if (ones != null) {
      ones.close();
      ones = null;
    }
  }
}
