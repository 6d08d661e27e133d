package org.invar.source;

import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.invar.data.Normalization;
import org.invar.param.SumTree;
import org.invar.worker.BlockCodec;
import org.invar.worker.PackedBlock;
import scala.Tuple2;

/**
 * Mean and variance of every stored feature over a split: float64 sums of each shard in the order
 * of its rows, added in the canonical tree, so that partitions do not reach the last bit.
 *
 * @param means one a feature
 * @param variances one a feature, the squared deviations' mean (over n, not n − 1)
 */
record Moments(List<Double> means, List<Double> variances) {
  private static final double[] NONE = {};

  /** Fits the moments, in two passes: deviations from the mean do not cancel as squares would. */
  static Moments of(PackedDataset data) {
    double[] means = mean(data, NONE);
    return new Moments(boxed(means), boxed(mean(data, means)));
  }

  private static double[] mean(PackedDataset data, double[] means) {
    Map<Integer, double[]> sums = new TreeMap<>();
    data.blocks()
        .mapPartitions(blocks -> sums(blocks, means))
        .collect()
        .forEach(sum -> sums.put(sum._1(), sum._2()));
    var root = new SumTree.Node(0, data.shards().size());
    double[] total = SumTree.<double[]>sum(root, sums::get, Moments::add);
    if (total == null) {
      throw new IllegalArgumentException("no rows have no mean");
    }
    return Arrays.stream(total).map(sum -> sum / data.rows()).toArray();
  }

  /** The sums of values of each shard, or with means of their squared deviations. */
  private static Iterator<Tuple2<Integer, double[]>> sums(Iterator<byte[]> blocks, double[] means) {
    var codec = new BlockCodec();
    var plain = Normalization.scaling(1);
    Map<Integer, double[]> sums = new TreeMap<>();
    while (blocks.hasNext()) {
      PackedBlock block = codec.decode(blocks.next());
      double[] sum = sums.computeIfAbsent(block.shard(), shard -> new double[block.width()]);
      float[] row = new float[block.width()];
      for (int r = 0; r < block.rows(); r++) {
        plain.apply(block.type(), block.features(), block.featuresFrom(r), row.length, row, 0);
        for (int j = 0; j < row.length; j++) {
          double deviation = means.length == 0 ? 0 : row[j] - means[j];
          sum[j] += means.length == 0 ? row[j] : deviation * deviation;
        }
      }
    }
    return sums.entrySet().stream()
        .map(entry -> new Tuple2<>(entry.getKey(), entry.getValue()))
        .iterator();
  }

  private static double[] add(double[] left, double[] right) {
    for (int j = 0; j < left.length; j++) {
      left[j] += right[j];
    }
    return left;
  }

  private static List<Double> boxed(double[] values) {
    return Arrays.stream(values).boxed().toList();
  }
}
