package org.invar.kernel.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu_isa_avx2;
import static org.bytedeco.dnnl.global.dnnl.dnnl_get_effective_cpu_isa;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** The build's second run of what depends on kernels is one without AVX-512, as it says. */
@Tag("kernels")
@EnabledIfSystemProperty(named = "invar.isa", matches = "avx2")
class Avx2LimitTest {
  @Test
  void oneDnnUsesNoInstructionsBeyondAvx2() {
    assumeTrue(NativeKernels.available());
    assertEquals(0, dnnl_get_effective_cpu_isa() & ~dnnl_cpu_isa_avx2);
  }

  @Test
  void hotSpotUsesNoInstructionsBeyondAvx2() {
    assumeTrue(System.getProperty("os.arch").equals("amd64"));
    String level =
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
            .getVMOption("UseAVX")
            .getValue();
    assertTrue(Integer.parseInt(level) <= 2, "UseAVX=" + level);
  }

  @Test
  void openBlasIsToldOfAProcessorWithAvx2() {
    assertEquals("Haswell", System.getenv("OPENBLAS_CORETYPE"));
  }
}
