package org.invar.kernel;

import static org.bytedeco.dnnl.global.dnnl.*;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.bytedeco.dnnl.const_dnnl_op_desc_t;
import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_matmul_desc_t;
import org.bytedeco.dnnl.dnnl_memory_desc_t;
import org.bytedeco.dnnl.dnnl_post_ops;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;

/**
 * One thread's way to oneDNN's C interface: engine, stream, scratch memory, and the primitives that
 * were made so far, by what they were made for.
 *
 * <p>oneDNN: Intel's deep neural network library, version 2.5. Its processor threads are those of
 * OMP_NUM_THREADS, which exactness wants to be 1.
 */
final class OneDnn implements AutoCloseable {
  /** More kinds of calls than this in turn are made anew: shapes vary with the rows of a batch. */
  private static final int MOST_PREPARED = 512;

  /** A pointer to where its user says, so that a call makes no object. */
  static final class Address extends FloatPointer {
    Address() {
      super((Pointer) null);
    }

    Address at(long address) {
      this.address = address;
      return this;
    }
  }

  /** Whether the library is there, found out once. */
  private static final class Library {
    static final boolean LOADED = load();

    private static boolean load() {
      try {
        return dnnl_engine_get_count(dnnl_cpu) > 0;
      } catch (LinkageError e) {
        return false; // No build for this platform: the portable kernels compute.
      }
    }
  }

  private final dnnl_engine engine = new dnnl_engine();
  private final dnnl_stream stream = new dnnl_stream();
  private final Scratch scratch = new Scratch();
  private @Nullable FloatPointer one;
  private long ones;
  private final Address left = new Address();
  private final Address right = new Address();
  private final Address result = new Address();
  private final Map<Record, Prepared> prepared =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Record, Prepared> eldest) {
          if (size() <= MOST_PREPARED) {
            return false;
          }
          eldest.getValue().close();
          return true;
        }
      };

  /** What is kept from call to call. */
  interface Prepared extends AutoCloseable {
    @Override
    void close();
  }

  OneDnn() {
    check(dnnl_engine_create(engine, dnnl_cpu, 0), "an engine");
    check(dnnl_stream_create(stream, engine, dnnl_stream_in_order), "a stream");
  }

  /** Returns whether the library runs on this platform. */
  static boolean available() {
    return Library.LOADED;
  }

  dnnl_engine engine() {
    return engine;
  }

  dnnl_stream stream() {
    return stream;
  }

  Scratch scratch() {
    return scratch;
  }

  /** Returns what was prepared for that key, made now if it is the first time. */
  @SuppressWarnings("unchecked")
  <P extends Prepared> P prepared(Record key, Supplier<P> maker) {
    Prepared known = prepared.get(key);
    if (known == null) {
      known = maker.get();
      prepared.put(key, known);
    }
    return (P) known;
  }

  /**
   * What a matrix product is made for: activation(a · b + bias).
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
      Activation activation) {}

  /** Returns a product; arguments are a, b, the result, and the bias where there is one. */
  Primitive product(Product key) {
    return prepared(
        key,
        () -> {
          long[] b = {key.in(), key.out()};
          dnnl_matmul_desc_t operation = new dnnl_matmul_desc_t();
          check(
              dnnl_matmul_desc_init(
                  operation,
                  dense(key.rows(), key.in()),
                  key.transposed() ? strided(b, 1, key.stride()) : strided(b, key.stride(), 1),
                  key.bias() ? dense(1, key.out()) : null,
                  dense(key.rows(), key.out())),
              "a matrix product");
          dnnl_primitive_desc description = require(operation, key.activation(), null);
          return key.bias()
              ? new Primitive(
                  this, description, DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST, DNNL_ARG_BIAS)
              : new Primitive(this, description, DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST);
        });
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
    check(
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
    if (rows > ones) {
      ones = rows;
      FloatPointer filled = new FloatPointer(rows);
      for (long i = 0; i < rows; i++) {
        filled.put(i, 1);
      }
      if (one != null) {
        one.close();
      }
      one = filled;
    }
    gemm(
        false,
        false,
        1,
        columns,
        rows,
        Objects.requireNonNull(one).address(),
        matrix,
        columns,
        1,
        result,
        columns);
  }

  /** Describes floats of those dimensions at those strides. */
  static dnnl_memory_desc_t strided(long[] dimensions, long... strides) {
    dnnl_memory_desc_t description = new dnnl_memory_desc_t();
    check(
        dnnl_memory_desc_init_by_strides(
            description, dimensions.length, dimensions, dnnl_f32, strides),
        "an array");
    return description;
  }

  /**
   * Describes floats in one of the library's formats; {@code dnnl_format_tag_any} lets it choose.
   */
  static dnnl_memory_desc_t tagged(int tag, long... dimensions) {
    dnnl_memory_desc_t description = new dnnl_memory_desc_t();
    check(
        dnnl_memory_desc_init_by_tag(description, dimensions.length, dimensions, dnnl_f32, tag),
        "an array");
    return description;
  }

  /** Describes a dense row-major array. */
  static dnnl_memory_desc_t dense(long... dimensions) {
    long[] strides = new long[dimensions.length];
    long stride = 1;
    for (int i = dimensions.length - 1; i >= 0; i--) {
      strides[i] = stride;
      stride *= dimensions[i];
    }
    return strided(dimensions, strides);
  }

  /**
   * Describes an operation that the library has on this processor.
   *
   * @param postOperation an activation that is applied to the result
   * @param hint of the forward operation, where this one goes backward
   * @return null when it has not
   */
  @Nullable dnnl_primitive_desc describe(
      Pointer operation, Activation postOperation, @Nullable dnnl_primitive_desc hint) {
    return describe(operation, behind(postOperation), hint);
  }

  private @Nullable dnnl_primitive_desc describe(
      Pointer operation, @Nullable dnnl_post_ops behind, @Nullable dnnl_primitive_desc hint) {
    dnnl_primitive_desc description = new dnnl_primitive_desc();
    dnnl_primitive_attr attributes = attributes(behind);
    int status =
        dnnl_primitive_desc_create(
            description, new const_dnnl_op_desc_t(operation), attributes, engine, hint);
    dnnl_primitive_attr_destroy(attributes);
    if (status == dnnl_unimplemented) {
      return null;
    }
    check(status, "an operation");
    return description;
  }

  /** Describes an operation that the library always has. */
  dnnl_primitive_desc require(
      Pointer operation, Activation postOperation, @Nullable dnnl_primitive_desc hint) {
    return required(operation, describe(operation, postOperation, hint));
  }

  /**
   * Describes an operation that the library always has.
   *
   * @param add whether its result is added to what the target holds
   */
  dnnl_primitive_desc require(Pointer operation, boolean add) {
    return required(operation, describe(operation, add ? sum() : null, null));
  }

  private static dnnl_primitive_desc required(
      Pointer operation, @Nullable dnnl_primitive_desc description) {
    if (description == null) {
      throw new IllegalStateException(
          "oneDNN has no " + operation.getClass().getSimpleName() + " for these arrays");
    }
    return description;
  }

  /**
   * The caller's scratch memory for all: the library's own belongs to the thread that made a
   * primitive, and kernels may pass from thread to thread.
   */
  private static dnnl_primitive_attr attributes(@Nullable dnnl_post_ops operations) {
    dnnl_primitive_attr attributes = new dnnl_primitive_attr();
    check(dnnl_primitive_attr_create(attributes), "attributes");
    check(
        dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user),
        "scratch memory");
    if (operations != null) {
      check(dnnl_primitive_attr_set_post_ops(attributes, operations), "attributes");
      dnnl_post_ops_destroy(operations);
    }
    return attributes;
  }

  private static dnnl_post_ops sum() {
    dnnl_post_ops operations = new dnnl_post_ops();
    check(dnnl_post_ops_create(operations), "operations behind another");
    check(dnnl_post_ops_append_sum(operations, 1), "a sum");
    return operations;
  }

  private static @Nullable dnnl_post_ops behind(Activation activation) {
    if (activation == Activation.IDENTITY) {
      return null;
    }
    dnnl_post_ops operations = new dnnl_post_ops();
    check(dnnl_post_ops_create(operations), "operations behind another");
    Eltwise kind = Eltwise.of(activation);
    check(
        dnnl_post_ops_append_eltwise(operations, 1, kind.forward(), kind.alpha(), 0),
        "an activation behind another operation");
    return operations;
  }

  /**
   * Returns a copy from one format into another; arguments are source and target.
   *
   * @param add whether it adds to the target instead of replacing it
   */
  Primitive reorder(dnnl_memory_desc_t from, dnnl_memory_desc_t to, boolean add) {
    dnnl_primitive_attr attributes = attributes(add ? sum() : null);
    dnnl_primitive_desc description = new dnnl_primitive_desc();
    check(
        dnnl_reorder_primitive_desc_create(description, from, engine, to, engine, attributes),
        "a reorder");
    dnnl_primitive_attr_destroy(attributes);
    return new Primitive(this, description, DNNL_ARG_FROM, DNNL_ARG_TO);
  }

  /** What a copy with its first two axes exchanged is made for. */
  private record Swap(long first, long second, long width) {}

  /** Returns a copy of [first, second, width] into [second, first, width]. */
  Primitive swapped(long first, long second, long width) {
    return prepared(
        new Swap(first, second, width),
        () -> {
          long[] dimensions = {first, second, width};
          return reorder(dense(dimensions), strided(dimensions, width, first * width, 1), false);
        });
  }

  /** What a transposing copy is made for. */
  private record Transposition(long rows, long columns, long stride) {}

  /** Returns a copy of a matrix, its rows that far apart, into its dense transpose. */
  Primitive transposed(long rows, long columns, long stride) {
    return prepared(
        new Transposition(rows, columns, stride),
        () -> {
          long[] dimensions = {rows, columns};
          return reorder(strided(dimensions, stride, 1), strided(dimensions, 1, rows), false);
        });
  }

  /** Copies floats into the heap. */
  void read(long from, float[] to) {
    left.at(from).get(to, 0, to.length);
  }

  /** Copies floats out of the heap. */
  void write(float[] from, long to) {
    result.at(to).put(from, 0, from.length);
  }

  /** Copies floats. */
  void copy(long from, long to, long floats) {
    Pointer.memcpy(result.at(to), left.at(from), floats * Float.BYTES);
  }

  /** Sets floats to zero. */
  void clear(long address, long floats) {
    Pointer.memset(result.at(address), 0, floats * Float.BYTES);
  }

  static void check(int status, String what) {
    if (status != dnnl_success) {
      throw new IllegalStateException("oneDNN refuses " + what + ": status " + status);
    }
  }

  /** Frees all that was prepared. */
  @Override
  public void close() {
    prepared.values().forEach(Prepared::close);
    prepared.clear();
    scratch.close();
    if (one != null) {
      one.close();
    }
    dnnl_stream_destroy(stream);
    dnnl_engine_destroy(engine);
  }

  /** Memory that lasts for one call, reused by the next: numbered pieces that only grow. */
  static final class Scratch implements AutoCloseable {
    /** The piece that a running primitive has; a reorder beside it ends before it begins. */
    static final int PRIMITIVE = 0;

    /** The first piece for everything else. */
    static final int FREE = 1;

    private static final int ALIGNMENT = 64;
    private FloatPointer[] pieces = new FloatPointer[0];

    /** Returns the address of a piece of at least that many floats, with whatever is in it. */
    long at(int piece, long floats) {
      if (piece >= pieces.length) {
        pieces = Arrays.copyOf(pieces, piece + 1);
      }
      FloatPointer known = pieces[piece];
      long wanted = floats + ALIGNMENT / Float.BYTES;
      if (known == null || known.capacity() < wanted) {
        if (known != null) {
          known.close();
        }
        known = new FloatPointer(wanted);
        pieces[piece] = known;
      }
      return (known.address() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    @Override
    public void close() {
      for (FloatPointer piece : pieces) {
        if (piece != null) {
          piece.close();
        }
      }
      pieces = new FloatPointer[0];
    }
  }
}
