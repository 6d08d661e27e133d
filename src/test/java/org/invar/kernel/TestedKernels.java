package org.invar.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.invar.kernel.onednn.Fastest;
import org.invar.kernel.portable.PortableKernels;
import org.junit.jupiter.api.Named;

/** The float32 kernels that layers are tested with: the portable ones, and the fastest. */
public final class TestedKernels {
  private TestedKernels() {}

  /** Returns new ones, for one thread; JUnit closes what it gives to a class of tests. */
  public static Stream<Named<Kernels>> all() {
    List<Kernels> all = new ArrayList<>(List.of(new PortableKernels()));
    Kernels fastest = Fastest.kernels();
    if (!fastest.name().equals(all.get(0).name())) {
      all.add(fastest);
    }
    return all.stream().map(kernels -> Named.of(kernels.name(), kernels));
  }
}
