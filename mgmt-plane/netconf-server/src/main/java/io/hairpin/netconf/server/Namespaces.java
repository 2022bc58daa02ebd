package io.hairpin.netconf.server;

/** The XML namespaces and capabilities that the protocol itself names. */
final class Namespaces {
  static final String BASE = "urn:ietf:params:xml:ns:netconf:base:1.0";
  static final String MONITORING = "urn:ietf:params:xml:ns:yang:ietf-netconf-monitoring";
  static final String NOTIFICATION = "urn:ietf:params:xml:ns:netconf:notification:1.0";
  static final String NETMOD = "urn:ietf:params:xml:ns:netmod:notification";
  static final String EVENTS = "urn:ietf:params:xml:ns:yang:ietf-netconf-notifications";
  static final String SUBSCRIBED = "urn:ietf:params:xml:ns:yang:ietf-subscribed-notifications";
  static final String PUSH = "urn:ietf:params:xml:ns:yang:ietf-yang-push";
  static final String YANG = "urn:ietf:params:xml:ns:yang:1";

  static final String WITH_DEFAULTS = "urn:ietf:params:xml:ns:yang:ietf-netconf-with-defaults";
  static final String DEFAULT = "urn:ietf:params:xml:ns:netconf:default:1.0";
  static final String PARTIAL_LOCK = "urn:ietf:params:xml:ns:netconf:partial-lock:1.0";
  static final String PRIVATE_CANDIDATE =
      "urn:ietf:params:xml:ns:yang:ietf-netconf-private-candidate";

  static final String BASE_1_0 = "urn:ietf:params:netconf:base:1.0";
  static final String BASE_1_1 = "urn:ietf:params:netconf:base:1.1";
  static final String CAPABILITY = "urn:ietf:params:netconf:capability:";

  private Namespaces() {}
}
