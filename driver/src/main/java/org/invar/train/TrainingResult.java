package org.invar.train;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.invar.metric.ConfusionMatrix;

/**
 * What a run ended with.
 *
 * @param directory the run's directory
 * @param scores {@code trainLoss}, {@code trainAccuracy}, {@code devLoss}, {@code testAccuracy}, …:
 *     of the final weights, in prediction mode, for each split that there is
 * @param epochs the epochs trained
 * @param steps the steps taken
 * @param parameters the number of trainable parameters
 * @param secondsTraining wall-clock seconds of steps and evaluations, over all resumed parts of the
 *     run
 * @param samplesPerSecond training rows per second of stepping
 * @param stoppedEarly whether early stopping ended the run
 * @param keptEpoch the epoch, counted from 1, whose weights were kept
 * @param history the epochs that this run saw, resumed ones included
 * @param confusion of the test split, or of dev, where there are classes
 * @param classes names of the classes, or empty
 * @param optimalError of the bias/variance diagnosis, from the job
 * @param weightsSha256 of {@code model/weights.safetensors}
 */
public record TrainingResult(
    String directory,
    Map<String, Double> scores,
    int epochs,
    long steps,
    int parameters,
    double secondsTraining,
    double samplesPerSecond,
    boolean stoppedEarly,
    int keptEpoch,
    List<TrainingListener.Epoch> history,
    Optional<ConfusionMatrix> confusion,
    List<String> classes,
    double optimalError,
    String weightsSha256) {}
