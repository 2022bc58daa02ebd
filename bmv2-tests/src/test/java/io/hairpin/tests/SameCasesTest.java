package io.hairpin.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Comes after all the others. */
@Order(Integer.MAX_VALUE)
@ExtendWith(RunsExtension.class)
final class SameCasesTest {

  private static final Target OURS = Target.SOFT_SWITCH;
  private static final Target REFERENCE = Target.BMV2;

  @Test
  void whatRunsOnTheSoftSwitchRunsOnBmv2ButForTheExceptions(Runs runs) {
    assumeTrue(REFERENCE.isHere(), () -> REFERENCE + " is not on this machine");

    assertThat(runs.ran(REFERENCE)).isSubsetOf(runs.ran(OURS));
    assertThat(runs.ran(REFERENCE)).hasSize(runs.ran(OURS).size() - runs.skipped(REFERENCE).size());
  }

  @Test
  void onlyTheExceptionsAreSkippedOnBmv2(Runs runs) {
    assumeTrue(REFERENCE.isHere(), () -> REFERENCE + " is not on this machine");

    assertThat(runs.skipped(REFERENCE))
        .allMatch(id -> REFERENCE.exceptions().keySet().stream().anyMatch(name -> named(id, name)));
  }

  private static boolean named(String id, String name) {
    int dot = name.indexOf('.');
    return id.contains("." + name.substring(0, dot) + "]")
        && id.contains(":" + name.substring(dot + 1) + "(");
  }

  @Test
  void nothingIsSkippedOnTheSoftSwitch(Runs runs) {
    assertThat(runs.skipped(OURS)).isEmpty();
  }
}
