package org.invar.peers;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * DL4J: {@code MultiLayerNetwork.fit} on one batch, again and again, with as many threads as
 * OMP_NUM_THREADS says. It has no GRU. Of the convolutional networks both memory formats.
 */
final class Dl4j implements Peers.Peer {
  private static final int SIDE = 28;
  private static final int CLASSES = 10;
  private static final int WARM_UP = 5;
  private static final int FEWEST = 3;

  Dl4j() {
    // As its guide wants it for speed: with workspaces there is little to collect.
    Nd4j.getMemoryManager().togglePeriodicGc(false);
  }

  @Override
  public void measure(String workload, Peers.Pace pace) {
    String name = "dl4j-" + System.getenv().getOrDefault("OMP_NUM_THREADS", "all") + "threads";
    switch (workload) {
      case "mlp" -> measure(name, workload, CNN2DFormat.NCHW, mlp(), pace);
      case "lstm" -> measure(name, workload, CNN2DFormat.NCHW, lstm(), pace);
      case "lenet", "cnn" -> {
        for (CNN2DFormat format : CNN2DFormat.values()) {
          List<Layer> layers = workload.equals("cnn") ? cnn(format) : lenet(format);
          String last = format == CNN2DFormat.NHWC ? "-channelslast" : "";
          measure(name + last, workload, format, layers, pace);
        }
      }
      default -> {}
    }
  }

  private static void measure(
      String name, String workload, CNN2DFormat format, List<Layer> layers, Peers.Pace pace) {
    InputType input =
        switch (workload) {
          case "mlp" -> InputType.feedForward(SIDE * SIDE);
          case "lstm" -> InputType.recurrent(SIDE, SIDE);
          default -> InputType.convolutional(SIDE, SIDE, 1, format);
        };
    int rows = pace.globalBatch();
    INDArray features =
        switch (workload) {
          case "mlp" -> Nd4j.rand(rows, SIDE * SIDE);
          case "lstm" -> Nd4j.rand(new int[] {rows, SIDE, SIDE});
          default ->
              format == CNN2DFormat.NCHW
                  ? Nd4j.rand(new int[] {rows, 1, SIDE, SIDE})
                  : Nd4j.rand(new int[] {rows, SIDE, SIDE, 1});
        };
    INDArray targets = Nd4j.zeros(rows, CLASSES);
    for (int row = 0; row < rows; row++) {
      targets.putScalar(row, row % CLASSES, 1);
    }
    var list =
        new NeuralNetConfiguration.Builder()
            .seed(1)
            .updater(new Adam(1e-3))
            .weightInit(WeightInit.RELU)
            .list();
    layers.forEach(list::layer);
    var network = new MultiLayerNetwork(list.setInputType(input).build());
    network.init();
    Peers.report(name, workload, rows, rate(() -> network.fit(features, targets), rows, pace));
  }

  private static double rate(Runnable step, int rows, Peers.Pace pace) {
    for (int i = 0; i < WARM_UP; i++) {
      step.run();
    }
    // Until the JVM has compiled what it will.
    long start = System.nanoTime();
    int taken = 0;
    while (taken < FEWEST || System.nanoTime() - start < pace.seconds() * 1e9) {
      step.run();
      taken++;
    }
    double seconds = (System.nanoTime() - start) * 1e-9 / taken;
    int steps = (int) Math.max(FEWEST, pace.seconds() / seconds);
    double[] rates = new double[pace.repeats()];
    for (int i = 0; i < rates.length; i++) {
      long begun = System.nanoTime();
      for (int j = 0; j < steps; j++) {
        step.run();
      }
      rates[i] = (double) rows * steps / ((System.nanoTime() - begun) * 1e-9);
    }
    return Peers.Pace.median(rates);
  }

  private static List<Layer> mlp() {
    return List.of(dense(512, Activation.RELU), dense(256, Activation.RELU), output());
  }

  private static List<Layer> lstm() {
    var lstm = new LSTM.Builder().nOut(128).activation(Activation.TANH).build();
    return List.of(new LastTimeStep(lstm), output());
  }

  private static List<Layer> lenet(CNN2DFormat format) {
    return List.of(
        conv(6, 5, ConvolutionMode.Same, Activation.TANH, format),
        pool(format),
        conv(16, 5, ConvolutionMode.Truncate, Activation.TANH, format),
        pool(format),
        dense(120, Activation.TANH),
        dense(84, Activation.TANH),
        output());
  }

  private static List<Layer> cnn(CNN2DFormat format) {
    List<Layer> layers = new ArrayList<>();
    for (int filters : new int[] {32, 64}) {
      layers.add(conv(filters, 3, ConvolutionMode.Same, Activation.RELU, format));
      layers.add(conv(filters, 3, ConvolutionMode.Same, Activation.RELU, format));
      layers.add(pool(format));
    }
    layers.add(dense(128, Activation.RELU));
    layers.add(output());
    return layers;
  }

  private static Layer conv(
      int filters, int kernel, ConvolutionMode mode, Activation activation, CNN2DFormat format) {
    return new ConvolutionLayer.Builder(kernel, kernel)
        .nOut(filters)
        .convolutionMode(mode)
        .activation(activation)
        .dataFormat(format)
        .build();
  }

  private static Layer pool(CNN2DFormat format) {
    return new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.MAX)
        .kernelSize(2, 2)
        .stride(2, 2)
        .dataFormat(format)
        .build();
  }

  private static Layer dense(int units, Activation activation) {
    return new DenseLayer.Builder().nOut(units).activation(activation).build();
  }

  private static Layer output() {
    return new OutputLayer.Builder(LossFunction.MCXENT)
        .nOut(CLASSES)
        .activation(Activation.SOFTMAX)
        .build();
  }
}
