package io.hairpin.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests that run on every target, which all of them share. */
@ParameterizedClass(name = "{0}")
@EnumSource
@ExtendWith(RunsExtension.class)
@SuppressWarnings("NullAway.Init") // Set before each test.
abstract class OnEveryTarget {

  /** Two stations, of which the tests say where they are. */
  static final String ALICE = "02:00:00:00:00:0a";

  static final String BOB = "02:00:00:00:00:0b";

  static final String BROADCAST = "ff:ff:ff:ff:ff:ff";

  @Parameter Target target;

  Rig rig;

  @BeforeEach
  final void take(TestInfo test, Runs runs) throws Exception {
    assumeTrue(target.isHere(), () -> target + " is not on this machine");
    String reason =
        target
            .exceptions()
            .get(
                getClass().getSimpleName()
                    + "."
                    + test.getTestMethod().map(m -> m.getName()).orElse(""));
    assumeTrue(reason == null, () -> "Not on " + target + ": " + reason);
    rig = runs.rig(target);
  }

  /** The frame, once out of each port. */
  static Map<Integer, List<Frame>> on(Frame frame, int... ports) {
    return Arrays.stream(ports)
        .boxed()
        .collect(Collectors.toMap(port -> port, _ -> List.of(frame), (a, _) -> a, TreeMap::new));
  }

  /** That frames went nowhere, and why, as "side reason". */
  static void assertDiscarded(Outcome outcome, String why) {
    assertThat(outcome.counts().discards()).isEqualTo(Map.of(why, 1L));
    assertThat(outcome.out()).isEmpty();
  }
}
