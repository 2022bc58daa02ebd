package io.hairpin.p4runtime.client;

import java.nio.charset.StandardCharsets;

/** A small P4Info with all kinds of matches, and names that are ambiguous in places. */
final class Example {

  static final String P4_INFO =
      """
      pkg_info { version: "1.2.0" }
      tables {
        preamble { id: 0x02000001 name: "Ingress.fdb.fdb" alias: "fdb.fdb" }
        match_fields { id: 1 name: "fid" bitwidth: 16 match_type: EXACT }
        match_fields { id: 2 name: "dst_addr" bitwidth: 48 match_type: EXACT }
        action_refs { id: 0x01000001 }
        action_refs { id: 0x01000002 scope: DEFAULT_ONLY }
        action_refs { id: 0x01000005 }
        initial_default_action { action_id: 0x01000002 }
        idle_timeout_behavior: NOTIFY_CONTROL
        size: 4
      }
      tables {
        preamble { id: 0x02000002 name: "Ingress.acl.acl" alias: "acl" }
        match_fields { id: 1 name: "dst" bitwidth: 128 match_type: LPM }
        match_fields { id: 2 name: "type" bitwidth: 16 match_type: TERNARY }
        match_fields { id: 3 name: "port" bitwidth: 16 match_type: RANGE }
        match_fields { id: 4 name: "vid" bitwidth: 12 match_type: OPTIONAL }
        action_refs { id: 0x01000003 }
        action_refs { id: 0x01000005 }
        const_default_action_id: 0x01000005
        size: 64
      }
      tables {
        preamble { id: 0x02000003 name: "Egress.state" alias: "Egress.state" }
        match_fields { id: 1 name: "port" bitwidth: 9 match_type: EXACT }
        action_refs { id: 0x01000004 }
      }
      tables {
        preamble { id: 0x02000004 name: "Ingress.state" alias: "Ingress.state" }
        match_fields { id: 1 name: "port" bitwidth: 9 match_type: EXACT }
        action_refs { id: 0x01000003 }
      }
      tables {
        preamble { id: 0x02000005 name: "Ingress.truth" alias: "truth" }
        match_fields { id: 1 name: "hit" bitwidth: 1 match_type: EXACT }
        action_refs { id: 0x01000005 }
        is_const_table: true
        const_default_action_id: 0x01000005
      }
      actions {
        preamble { id: 0x01000001 name: "Ingress.fdb.forward" alias: "forward" }
        params { id: 1 name: "port" bitwidth: 16 }
      }
      actions { preamble { id: 0x01000002 name: "Ingress.fdb.flood" alias: "flood" } }
      actions {
        preamble { id: 0x01000003 name: "Ingress.state.set" alias: "Ingress.state.set" }
        params { id: 1 name: "state" bitwidth: 2 }
        params { id: 2 name: "reason" bitwidth: 8 }
      }
      actions {
        preamble { id: 0x01000004 name: "Egress.state.set" alias: "Egress.state.set" }
        params { id: 1 name: "state" bitwidth: 2 }
      }
      actions { preamble { id: 0x01000005 name: "NoAction" alias: "NoAction" } }
      counters {
        preamble { id: 0x12000001 name: "Ingress.received" alias: "received" }
        spec { unit: BOTH } size: 8
      }
      direct_counters {
        preamble { id: 0x13000001 name: "Ingress.fdb.seen" alias: "seen" }
        spec { unit: PACKETS }
        direct_table_id: 0x02000001
      }
      digests {
        preamble { id: 0x17000001 name: "Ingress.learn_t" alias: "learn_t" }
        type_spec { struct { name: "learn_t" } }
      }
      controller_packet_metadata {
        preamble { id: 0x04000001 name: "packet_in" alias: "packet_in" }
        metadata { id: 1 name: "port" bitwidth: 9 }
        metadata { id: 2 name: "reason" bitwidth: 7 }
      }
      controller_packet_metadata {
        preamble { id: 0x04000002 name: "packet_out" alias: "packet_out" }
        metadata { id: 1 name: "port" bitwidth: 9 }
        metadata { id: 2 name: "pad" bitwidth: 7 }
      }
      type_info {
        structs {
          key: "learn_t"
          value {
            members { name: "src_addr" type_spec { bitstring { bit { bitwidth: 48 } } } }
            members { name: "moved" type_spec { bool {} } }
          }
        }
      }
      """;

  static final Pipeline PIPELINE = Pipeline.of(P4_INFO, "{}".getBytes(StandardCharsets.UTF_8));

  private Example() {}

  static TableEntry fdb(long address, long port) {
    return TableEntry.of("fdb.fdb")
        .exact("fid", 1)
        .exact("dst_addr", address)
        .action(Action.of("forward").with("port", port));
  }
}
