package org.invar.storage;

import java.io.BufferedOutputStream;
import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import org.apache.hadoop.fs.StreamCapabilities;
import org.apache.hadoop.fs.Syncable;

/** The stream of a local file that was just made, as Hadoop's own: buffered, synced where asked. */
final class LocalOutput extends BufferedOutputStream implements Syncable, StreamCapabilities {
  private static final int BUFFER_BYTES = 1 << 16;

  private final FileOutputStream file;

  LocalOutput(File file) throws IOException {
    this(new FileOutputStream(file));
  }

  private LocalOutput(FileOutputStream file) {
    super(file, BUFFER_BYTES);
    this.file = file;
  }

  @Override
  public void hflush() throws IOException {
    flush();
  }

  @Override
  public void hsync() throws IOException {
    flush();
    file.getFD().sync();
  }

  @Override
  public boolean hasCapability(String capability) {
    return capability.equalsIgnoreCase("hflush") || capability.equalsIgnoreCase(HSYNC);
  }
}
