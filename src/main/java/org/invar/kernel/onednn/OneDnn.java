package org.invar.kernel.onednn;

import static org.bytedeco.dnnl.global.dnnl.*;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.bytedeco.dnnl.const_dnnl_op_desc_t;
import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.javacpp.Pointer;
import org.invar.kernel.Activation;
import org.invar.kernel.onednn.PrimitiveCache.Prepared;
import org.invar.tensor.Value;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.executioner.OpExecutioner;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread's way to oneDNN's C interface: engine, stream, scratch memory, and the primitives that
 * were made so far, by what they were made for.
 *
 * <p>oneDNN: Intel's deep neural network library, version 2.5. Its processor threads are those of
 * OMP_NUM_THREADS, which exactness wants to be 1.
 */
final class OneDnn implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OneDnn.class);

  /** Whether the library is there, found out once. */
  private static final class Library {
    static final boolean LOADED = load();

    private static boolean load() {
      if (Nd4j.getExecutioner().type() != OpExecutioner.ExecutionerType.NATIVE_CPU) {
        return false; // Arrays are elsewhere.
      }
      try {
        return dnnl_engine_get_count(dnnl_cpu) > 0;
      } catch (LinkageError e) {
        LOG.warn("oneDNN cannot be loaded, so ND4J's operations compute, which is slower: {}", e);
        return false;
      }
    }
  }

  private final dnnl_engine engine = new dnnl_engine();
  private final dnnl_stream stream = new dnnl_stream();
  private final Scratch scratch = new Scratch();
  private final PrimitiveCache primitives;
  private final MatrixProducts products = new MatrixProducts(this);
  private final Address source = new Address();
  private final Address target = new Address();

  /** Arrays whose addresses are in use: nobody else may know them any more. */
  private final List<INDArray> held = new ArrayList<>();

  private boolean closed;

  /**
   * Opens the library.
   *
   * @param mostPrimitives how many are kept, at least {@link PrimitiveCache#LEAST}
   */
  OneDnn(int mostPrimitives) {
    primitives = new PrimitiveCache(mostPrimitives);
    try {
      check(dnnl_engine_create(engine, dnnl_cpu, 0), "an engine");
      check(dnnl_stream_create(stream, engine, dnnl_stream_in_order), "a stream");
    } catch (Throwable e) { // JavaCPP throws errors where its memory ends.
      close();
      throw e;
    }
  }

  /** Returns whether the library runs on this platform. */
  static boolean available() {
    return Library.LOADED;
  }

  /**
   * Begins an operation: the arrays of the one before may go.
   *
   * @throws IllegalStateException when this is closed
   */
  void begin() {
    if (closed) {
      throw new IllegalStateException("these kernels are closed");
    }
    held.clear();
  }

  /**
   * Returns where the values of an array begin, or those of a dense copy; both stay until the next
   * operation begins.
   */
  long address(INDArray x) {
    INDArray plain = Value.isDense(x) ? x : x.dup('c');
    held.add(plain);
    return plain.data().address() + plain.offset() * Float.BYTES;
  }

  /**
   * Returns where the values of an array begin that a result is added to.
   *
   * @throws IllegalArgumentException unless it is dense
   */
  long target(INDArray x) {
    FloatArrays.requireDense("a gradient", x);
    return address(x);
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

  MatrixProducts products() {
    return products;
  }

  /** Returns what was prepared for that key, made now if it is the first time. */
  <P extends Prepared> P prepared(Record key, Supplier<P> maker) {
    return primitives.get(key, maker);
  }

  /**
   * Describes an operation that the library has on this processor.
   *
   * @param behind an activation that is applied to the result
   * @param hint of the forward operation, where this one goes backward
   * @return null when it has not
   */
  @Nullable dnnl_primitive_desc describe(
      Pointer operation, Activation behind, @Nullable dnnl_primitive_desc hint) {
    try (Attributes attributes = new Attributes(behind, false)) {
      return describe(operation, attributes, hint);
    }
  }

  private @Nullable dnnl_primitive_desc describe(
      Pointer operation, Attributes attributes, @Nullable dnnl_primitive_desc hint) {
    dnnl_primitive_desc description = new dnnl_primitive_desc();
    int status =
        dnnl_primitive_desc_create(
            description, new const_dnnl_op_desc_t(operation), attributes.handle(), engine, hint);
    if (status == dnnl_unimplemented) {
      return null;
    }
    check(status, "an operation");
    return description;
  }

  /**
   * Describes an operation that the library always has.
   *
   * @param behind an activation that is applied to the result
   */
  dnnl_primitive_desc require(Pointer operation, Activation behind) {
    return required(operation, describe(operation, behind, null));
  }

  /** Describes an operation that the library always has, its result added to the target's. */
  dnnl_primitive_desc requireAdding(Pointer operation) {
    try (Attributes attributes = new Attributes(Activation.IDENTITY, true)) {
      return required(operation, describe(operation, attributes, null));
    }
  }

  /** Describes the way back of an operation, both of which the library always has. */
  dnnl_primitive_desc requireGradient(Pointer forward, Pointer gradient) {
    dnnl_primitive_desc hint = require(forward, Activation.IDENTITY);
    try {
      return required(gradient, describe(gradient, Activation.IDENTITY, hint));
    } finally {
      dnnl_primitive_desc_destroy(hint);
    }
  }

  private static dnnl_primitive_desc required(
      Pointer operation, @Nullable dnnl_primitive_desc description) {
    if (description == null) {
      throw new IllegalStateException(
          "oneDNN has no " + operation.getClass().getSimpleName() + " for these arrays");
    }
    return description;
  }

  /** Copies floats into the heap. */
  void read(long from, float[] to) {
    source.at(from).get(to, 0, to.length);
  }

  /** Copies floats out of the heap. */
  void write(float[] from, long to) {
    target.at(to).put(from, 0, from.length);
  }

  /** Copies bytes out of the heap. */
  void write(byte[] from, long to) {
    int floats = from.length / Float.BYTES + 1;
    target.at(to).limit(floats).asByteBuffer().put(from);
    target.limit(0);
  }

  /** Copies floats. */
  void copy(long from, long to, long floats) {
    Pointer.memcpy(target.at(to), source.at(from), floats * Float.BYTES);
  }

  /** Sets floats to zero. */
  void clear(long address, long floats) {
    Pointer.memset(target.at(address), 0, floats * Float.BYTES);
  }

  static void check(int status, String what) {
    if (status == dnnl_out_of_memory) {
      throw new OutOfMemoryError("oneDNN has none for " + what);
    }
    if (status != dnnl_success) {
      throw new IllegalStateException("oneDNN refuses " + what + ": status " + status);
    }
  }

  /** Frees all that was prepared. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    held.clear();
    primitives.close();
    products.close();
    scratch.close();
    dnnl_stream_destroy(stream);
    dnnl_engine_destroy(engine);
  }
}
