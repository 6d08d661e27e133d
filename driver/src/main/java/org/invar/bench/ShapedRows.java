package org.invar.bench;

import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;

/**
 * IDX files of made-up pictures of Fashion-MNIST's shape, the same for the same number of rows:
 * speed does not depend on the values.
 *
 * @param images the file of pictures, unsigned bytes
 * @param labels the file of their classes
 */
record ShapedRows(Path images, Path labels) {
  private static final long SEED = 1;
  private static final int UNSIGNED_BYTES = 8;

  /** Writes the files into a folder. */
  static ShapedRows write(Path folder, int rows) throws IOException {
    var random = new SplittableRandom(SEED);
    var files = new ShapedRows(folder.resolve("images-idx3"), folder.resolve("labels-idx1"));
    write(files.images, random, 256, rows, PeerNetwork.SIDE, PeerNetwork.SIDE);
    write(files.labels, random, PeerNetwork.CLASSES, rows);
    return files;
  }

  private static void write(Path file, SplittableRandom random, int bound, int... dimensions)
      throws IOException {
    try (var out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
      out.writeInt(UNSIGNED_BYTES << 8 | dimensions.length);
      int values = 1;
      for (int dimension : dimensions) {
        out.writeInt(dimension);
        values = Math.multiplyExact(values, dimension);
      }
      for (int i = 0; i < values; i++) {
        out.write(random.nextInt(bound));
      }
    }
  }
}
