package org.invar.kernel.onednn;

import static org.bytedeco.dnnl.global.dnnl.*;

import java.util.Arrays;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc_t;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.javacpp.Pointer;
import org.invar.kernel.onednn.PrimitiveCache.Prepared;

/** One of oneDNN's operations, compiled for its arrays' shapes and formats, run many times. */
final class Primitive implements Prepared {
  private final OneDnn library;
  private final dnnl_primitive_desc description;
  private final dnnl_primitive handle = new dnnl_primitive();
  private final dnnl_memory[] memories;
  private final dnnl_exec_arg_t arguments;
  private final long scratch;
  private final Address address = new Address();

  /**
   * Compiles an operation.
   *
   * @param description is freed with this, and where it cannot be compiled
   * @param arguments the library's numbers of the arguments, in the order in which {@link #execute}
   *     takes them
   */
  Primitive(OneDnn library, dnnl_primitive_desc description, int... arguments) {
    this.library = library;
    this.description = description;
    int[] all = Arrays.copyOf(arguments, arguments.length + 1);
    all[arguments.length] = DNNL_ARG_SCRATCHPAD;
    this.memories = new dnnl_memory[all.length];
    Arrays.setAll(memories, i -> new dnnl_memory());
    try {
      this.scratch = floats(DNNL_ARG_SCRATCHPAD);
      this.arguments = new dnnl_exec_arg_t(all.length);
      compile(all);
    } catch (Throwable e) { // JavaCPP throws errors where its memory ends.
      close();
      throw e;
    }
  }

  private void compile(int[] numbers) {
    OneDnn.check(dnnl_primitive_create(handle, description), "a primitive");
    Pointer nowhere = new Pointer();
    for (int i = 0; i < numbers.length; i++) {
      OneDnn.check(
          dnnl_memory_create(memories[i], format(numbers[i]), library.engine(), nowhere),
          "an argument");
      arguments.position(i).arg(numbers[i]).memory(memories[i]);
    }
    arguments.position(0);
  }

  /** Returns the format of an argument, by its number; valid as long as this is not closed. */
  dnnl_memory_desc_t format(int argument) {
    return format(description, argument);
  }

  /** Returns the format of an operation's argument, by its number. */
  static dnnl_memory_desc_t format(dnnl_primitive_desc description, int argument) {
    return dnnl_primitive_desc_query_md(description, dnnl_query_exec_arg_md, argument);
  }

  /** Returns how many floats an argument takes, padding included. */
  long floats(int argument) {
    return (dnnl_memory_desc_get_size(format(argument)) + Float.BYTES - 1) / Float.BYTES;
  }

  /** Runs the operation on arrays at those addresses, in the order of the arguments. */
  void execute(long... addresses) {
    for (int i = 0; i < addresses.length; i++) {
      set(memories[i], addresses[i]);
    }
    if (scratch > 0) {
      set(memories[addresses.length], library.scratch().at(Scratch.PRIMITIVE, scratch));
    }
    OneDnn.check(
        dnnl_primitive_execute(handle, library.stream(), memories.length, arguments), "to run");
  }

  private void set(dnnl_memory memory, long value) {
    OneDnn.check(dnnl_memory_set_data_handle(memory, address.at(value)), "an address");
  }

  @Override
  public void close() {
    for (dnnl_memory memory : memories) {
      dnnl_memory_destroy(memory);
    }
    if (arguments != null) { // Else there was no memory for them.
      arguments.close();
    }
    dnnl_primitive_destroy(handle);
    dnnl_primitive_desc_destroy(description);
  }
}
