package org.invar.kernel.onednn;

import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;

/** A pointer to where its user says, so that a call makes no object. */
final class Address extends FloatPointer {
  Address() {
    super((Pointer) null);
  }

  Address at(long address) {
    this.address = address;
    return this;
  }
}
