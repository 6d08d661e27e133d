package org.invar.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.invar.InvarException;
import org.invar.optim.Group;
import org.invar.prepare.JobNetwork;
import org.invar.report.GroupTable;
import org.invar.tensor.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Groups of parameters, from the job to what explain shows of them. */
class GroupSettingsTest {
  private static final Job JOB =
      Job.parse(
          """
          name: groups
          data: {train: {format: digits}, scale: 16}
          model: {layers: [flatten, {dense: 5}, batchNorm, {dense: 10}]}
          loss: softmaxCrossEntropy
          train: {epochs: 2, optimizer: adam, schedule: {constant: 0.1}}
          """,
          "job.yaml");

  private static final Shape DIGIT = Shape.of(8, 8, 1);

  @Test
  void groupsAreReadWrittenAndExplained() {
    Job job =
        JOB.with(
            "train.groups",
            "[{match: \"*\", frozen: true}, {match: dense2.*}, {match: dense2.bias, rate: 10}]");
    List<Group> groups =
        List.of(new Group("*", true, 1), Group.of("dense2.*"), new Group("dense2.bias", false, 10));
    assertEquals(groups, job.settings().train().groups());
    assertEquals(job.settings(), Job.parse(job.yaml(), "resolved").settings());
    var network = JobNetwork.of(job, DIGIT);
    assertEquals(
        """
        group        parameters                                               values  update
        *            dense1.kernel, dense1.bias, batchNorm1.gamma and 1 more     335  frozen
        dense2.*     dense2.kernel                                                50  rate × 1.0
        dense2.bias  dense2.bias                                                  10  rate × 10.0
        """,
        GroupTable.of(network, job.settings().train().rule()).orElseThrow().render());
    Job one = JOB.with("train.groups", "[{match: \"dense1.kernel\", rate: 0.1}]");
    assertEquals(
        """
        group          parameters                                                 values  update
        dense1.kernel  dense1.kernel                                                 320  rate × 0.1
        all others     dense1.bias, batchNorm1.gamma, batchNorm1.beta and 2 more      75  rate × 1.0
        """,
        GroupTable.of(network, one.settings().train().rule()).orElseThrow().render());
    assertEquals(List.of(), JOB.settings().train().groups());
    assertTrue(GroupTable.of(network, JOB.settings().train().rule()).isEmpty());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[{match: a, rate: 0}] | [0].rate: expected a positive finite number, found 0.0.",
        "[{match: a}, {match: b, rate: -2}] | [1].rate: expected a positive finite number, found -2.0.",
        "[{match: a, frozen: true, rate: 10}] | [0].rate: expected a value that is absent where frozen"
            + " is true, found 10.0. Leave one of the two out.",
        "[{frozen: true}] | [0]: expected the required key match (text), found a map with frozen.",
        "[{match: a, rate: 2.0e-38}] | [0].rate: expected a factor that leaves the schedule's rate,"
            + " 0.1 in epoch 1, in float32's range, found 2.0E-38.",
        "dense1 | : expected a list, found \"dense1\"."
      })
  void whatIsNoGroupIsRefusedAtItsPlace(String groups, String expected) {
    var e = assertThrows(InvarException.class, () -> JOB.with("train.groups", groups));
    assertTrue(e.getMessage().endsWith(": train.groups" + expected), e.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[{match: dens1.*}] | [0].match: expected a pattern of a parameter's name, such as dense1.bias,"
            + " dense2.bias, dense1.kernel, dense2.kernel, found dens1.*. A * stands for any characters.",
        "[{match: dense1.*}, {match: '*.kernel'}, {match: dense1.bias}] | [0].match: expected a pattern of"
            + " a parameter that no later group fits, found dense1.*. Put wider patterns in front of"
            + " narrower ones: the last that fits decides.",
        "[{match: '*', frozen: true}] | : expected a parameter that is trained, found all 6 frozen. Name"
            + " what is trained in a later group, as in {match: 'dense2.*'}."
      })
  void groupsThatTheNetworkDoesNotHaveAreRefused(String groups, String expected) {
    Job job = JOB.with("train.groups", groups);
    var e = assertThrows(InvarException.class, () -> JobNetwork.of(job, DIGIT));
    assertTrue(e.getMessage().endsWith(": train.groups" + expected), e.getMessage());
  }
}
