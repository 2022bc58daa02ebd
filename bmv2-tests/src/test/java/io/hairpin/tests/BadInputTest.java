package io.hairpin.tests;

import static io.hairpin.tests.Configuration.flat;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.SortedSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is refused: with a precise error, and with nothing changed. */
final class BadInputTest extends OnEveryTarget {

  /** An edit that must not pass. */
  enum Edit {
    VLAN_ZERO("<vlan><vid>0</vid></vlan>", "invalid-value", "vlan", "0"),
    VLAN_4095("<vlan><vid>4095</vid></vlan>", "invalid-value", "vlan", "4095"),
    VLAN_OF_WORDS("<vlan><vid>blue</vid></vlan>", "invalid-value", "vlan", "blue"),
    FID_OUT_OF_RANGE("<vlan><vid>7</vid><fid>5000</fid></vlan>", "invalid-value", "fid", "5000"),
    UNKNOWN_ELEMENT(
        "<vlan><vid>7</vid><colour>blue</colour></vlan>", "unknown-element", "vlan", "colour"),
    VLAN_WITHOUT_KEY("<vlan><name>blue</name></vlan>", "missing-element", "vlan", "vid"),
    TAGGED_PORT_THAT_IS_NOT_THERE(
        "<vlan><vid>7</vid><tagged-port>port9</tagged-port></vlan>",
        "invalid-value",
        "tagged-port",
        "there is no port 'port9'; the switch has port1, port2, port3"),
    UNTAGGED_PORT_THAT_IS_NOT_THERE(
        "<vlan><vid>7</vid><untagged-port>port9</untagged-port></vlan>",
        "invalid-value",
        "untagged-port",
        "there is no port 'port9'; the switch has port1, port2, port3"),
    PORT_TAGGED_AND_UNTAGGED(
        "<vlan><vid>1</vid><tagged-port>port2</tagged-port></vlan>",
        "invalid-value",
        "tagged-port",
        "VLAN 1: 'port2'"),
    STATIC_ENTRY_TO_A_PORT_THAT_IS_NOT_THERE(
        station("1", "02:00:00:00:00:0c", "port9"),
        "invalid-value",
        "static-entry",
        "there is no port 'port9'; the switch has port1, port2, port3"),
    STATIC_ENTRY_FOR_A_GROUP(
        station("1", "01:00:5e:00:00:01", "port2"),
        "invalid-value",
        "static-entry",
        "01:00:5e:00:00:01"),
    STATIC_ENTRY_FOR_HALF_AN_ADDRESS(
        station("1", "02:00:00", "port2"), "invalid-value", "static-entry", "02:00:00"),
    STATIC_ENTRY_WITHOUT_PORT(
        """
        <filtering-database><static-entry>
          <fid>1</fid><mac-address>02:00:00:00:00:0c</mac-address>
        </static-entry></filtering-database>
        """,
        "data-missing",
        "static-entry",
        "port"),
    INTERFACE_THAT_IS_NOT_THERE(
        port("port9", ""),
        "invalid-value",
        "interface",
        "there is no port 'port9'; the switch has port1, port2, port3"),
    PVID_OUT_OF_RANGE(port("port1", "<pvid>4095</pvid>"), "invalid-value", "pvid", "4095"),
    FRAME_TYPE_THAT_DOES_NOT_EXIST(
        port("port1", "<acceptable-frame-types>some</acceptable-frame-types>"),
        "invalid-value",
        "acceptable-frame-types",
        "some"),
    REFLECTIVE_RELAY_THAT_DOES_NOT_EXIST(
        port("port1", "<reflective-relay><rr-admin>maybe</rr-admin></reflective-relay>"),
        "invalid-value",
        "rr-admin",
        "maybe"),
    STATE_AS_CONFIGURATION(
        port("port1", "<reflective-relay><rr-oper>true</rr-oper></reflective-relay>"),
        "unknown-element",
        "reflective-relay",
        "rr-oper"),
    VLAN_DELETED_THAT_DOES_NOT_EXIST(
        "<vlan nc:operation=\"delete\"><vid>7</vid></vlan>", "data-missing", "vlan", "vid='7'"),
    VLAN_CREATED_THAT_EXISTS(
        "<vlan nc:operation=\"create\"><vid>1</vid></vlan>", "data-exists", "vlan", "vid='1'");

    private final String config;
    private final String tag;
    private final String where;
    private final String what;

    Edit(String config, String tag, String where, String what) {
      this.config =
          config.startsWith("<interfaces")
              ? config
              : "<bridge xmlns=\"urn:hairpin:yang:bridge\">" + config + "</bridge>";
      this.tag = tag;
      this.where = where;
      this.what = what;
    }

    private static String station(String fid, String address, String port) {
      return """
      <filtering-database><static-entry>
        <fid>%s</fid><mac-address>%s</mac-address><port>%s</port>
      </static-entry></filtering-database>
      """
          .formatted(fid, address, port);
    }

    private static String port(String name, String leaves) {
      return """
      <interfaces xmlns="urn:ietf:params:xml:ns:yang:ietf-interfaces"><interface>
        <name>%s</name>
        <type xmlns:ianaift="urn:ietf:params:xml:ns:yang:iana-if-type">ianaift:ethernetCsmacd</type>
        <bridge-port xmlns="urn:hairpin:yang:bridge">%s</bridge-port>
      </interface></interfaces>
      """
          .formatted(name, leaves)
          .strip();
    }
  }

  @ParameterizedTest
  @EnumSource
  void isRefusedWithAnErrorThatNamesObjectAndValue(Edit edit) throws Exception {
    rig.configure(flat());

    Reply reply = rig.refusal(edit.config);

    assertThat(reply.nodes("/rpc-reply/rpc-error/error-tag"))
        .as(reply::toString)
        .extracting(node -> node.getTextContent())
        .containsExactly(edit.tag);
    String path = reply.nodes("/rpc-reply/rpc-error/error-path").getFirst().getTextContent();
    String message = reply.nodes("/rpc-reply/rpc-error/error-message").getFirst().getTextContent();
    assertThat(path).contains(edit.where);
    assertThat(path + ": " + message).contains(edit.what);
  }

  @ParameterizedTest
  @EnumSource
  void changesNothing(Edit edit) throws Exception {
    rig.configure(flat());
    SortedSet<String> running = rig.running();
    rig.tap().reset();

    rig.refusal(edit.config);

    assertThat(rig.running()).isEqualTo(running);
    assertThat(rig.tap().updates()).isEmpty();
    Frame frame = Frame.of(BOB, ALICE);
    assertThat(rig.send(1, frame)).isEqualTo(on(frame, 2, 3));
  }
}
