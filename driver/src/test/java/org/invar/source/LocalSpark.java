package org.invar.source;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.invar.data.Shards;
import org.invar.rows.BlockCodec;
import org.invar.rows.PackedBlock;

/** Spark in this JVM, and what the tests of sources share. */
public final class LocalSpark {
  private LocalSpark() {}

  public static SparkSession start(int cores) {
    return SparkSession.builder()
        .master("local[" + cores + "]")
        .config("spark.ui.enabled", "false")
        // As conf/spark-defaults.conf has it: it refuses more than Java's serializer does.
        .config("spark.serializer", "org.apache.spark.serializer.KryoSerializer")
        .config("spark.sql.shuffle.partitions", "3")
        .config("spark.driver.host", "127.0.0.1")
        .getOrCreate();
  }

  static PackedSplits pack(Packing packing, Input train) {
    return pack(packing, train, null, null, 3);
  }

  static PackedSplits pack(Packing packing, Input train, Input dev, Input test, int partitions) {
    Preprocessing schema = Packer.schema(train, packing, Packer.profile(train, packing));
    return Packer.pack(
        packing, schema, train, dev, test, rows -> Shards.auto(256, rows), partitions);
  }

  static Packing packing(Targets targets, Columns columns) {
    return PackingBuilder.of(targets, columns).build();
  }

  /** Returns an input of a row of numbers, as it is packed. */
  static float feature(PackedBlock block, int row, int feature) {
    return ByteBuffer.wrap(block.features())
        .order(ByteOrder.LITTLE_ENDIAN)
        .getFloat(block.featuresFrom(row) + Float.BYTES * feature);
  }

  public static List<PackedBlock> blocks(PackedDataset data) {
    var codec = new BlockCodec();
    return data.blocks().collect().stream().map(codec::decode).toList();
  }
}
