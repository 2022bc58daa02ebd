package io.hairpin.tests;

import static io.hairpin.tests.Configuration.flat;
import static org.assertj.core.api.Assertions.assertThat;

import io.hairpin.netconf.client.NetconfClient;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** State of the bridge that an operator is told when it changes (RFC 8641). */
final class StateOnChangeTest extends OnEveryTarget {

  private static final String INTERFACE = "/if:interfaces/if:interface[if:name='port2']";

  private static String subscribe(NetconfClient client, String filter) throws IOException {
    return client.rpc(
        "<establish-subscription"
            + " xmlns=\"urn:ietf:params:xml:ns:yang:ietf-subscribed-notifications\""
            + " xmlns:yp=\"urn:ietf:params:xml:ns:yang:ietf-yang-push\""
            + " xmlns:ds=\"urn:ietf:params:xml:ns:yang:ietf-datastores\""
            + " xmlns:if=\"urn:ietf:params:xml:ns:yang:ietf-interfaces\""
            + " xmlns:b=\"urn:hairpin:yang:bridge\" xmlns:al=\"urn:hairpin:yang:alarms\">"
            + "<yp:datastore>ds:operational</yp:datastore><yp:datastore-xpath-filter>"
            + filter
            + "</yp:datastore-xpath-filter><yp:on-change/></establish-subscription>");
  }

  /** Subscribes, configures, and tells what is pushed at first and then. */
  private String pushed(String filter, Configuration before, Configuration after) throws Exception {
    rig.configure(before);
    try (NetconfClient subscriber = rig.connect()) {
      assertThat(subscribe(subscriber, filter)).contains("<id");
      assertThat(subscriber.receive()).contains("<push-update");
      rig.configure(after);
      return subscriber.receive();
    }
  }

  @Test
  void aPortThatIsTakenOutOfService() throws Exception {
    assertThat(pushed(INTERFACE + "/if:oper-status", flat(), flat().disabled(2)))
        .contains("<push-change-update", "interface=port2/oper-status<", ">down<");
  }

  @Test
  void aPortThatReflects() throws Exception {
    assertThat(
            pushed(
                INTERFACE + "/b:bridge-port/b:reflective-relay/b:rr-oper",
                flat(),
                flat().reflecting(2)))
        .contains("<push-change-update", "/rr-oper<", ">true<");
  }

  @Test
  void anAlarmThatIsRaised() throws Exception {
    assertThat(pushed("/al:alarms", flat(), flat().reflecting(2)))
        .contains("<push-change-update", "<operation>create<", ">reflective-relay-forced<");
  }

  @Test
  void anAlarmThatIsCleared() throws Exception {
    assertThat(pushed("/al:alarms", flat().reflecting(2), flat()))
        .contains("<push-change-update", "<operation>delete<", "<target>/hairpin-alarms:alarms");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/if:interfaces/if:interface/if:statistics",
        "/if:interfaces",
        "/b:bridge/b:filtering-database",
      })
  void whatIsCountedAndLearntIsToBeHadPeriodically(String filter) throws Exception {
    try (NetconfClient subscriber = rig.connect()) {
      assertThat(subscribe(subscriber, filter)).contains(":on-change-unsupported<");
    }
  }
}
