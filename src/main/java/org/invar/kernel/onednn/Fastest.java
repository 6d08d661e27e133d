package org.invar.kernel.onednn;

import org.invar.kernel.Kernels;
import org.invar.kernel.portable.PortableKernels;

/** The fastest kernels that there are here, and kernels by name. */
public final class Fastest {
  /** The system property that names the kernels to compute with, instead of the fastest. */
  public static final String PROPERTY = "invar.kernels";

  private Fastest() {}

  /**
   * Returns the fastest kernels of this platform, for one thread, or those that {@link #PROPERTY}
   * names.
   */
  public static Kernels kernels() {
    String named = System.getProperty(PROPERTY);
    if (named != null) {
      return named(named);
    }
    return NativeKernels.available() ? new NativeKernels() : new PortableKernels();
  }

  /**
   * Returns the kernels of that name, {@code native} or {@code portable}, for one thread.
   *
   * @throws IllegalArgumentException for another name, and where the platform has no native ones
   */
  public static Kernels named(String name) {
    boolean there = NativeKernels.available();
    if (name.equals("native") && there) {
      return new NativeKernels();
    }
    if (name.equals("portable")) {
      return new PortableKernels();
    }
    throw new IllegalArgumentException(
        "expected kernels portable%s, found %s; set or remove -D%s"
            .formatted(
                there ? " or native" : " (there are no native ones for this platform)",
                name,
                PROPERTY));
  }
}
