// SPDX-License-Identifier: Apache-2.0
// What the tests of ports and of the P4Runtime server drive: one table of each kind of key, each
// kind of counter, a digest, packet-in and packet-out. The CPU port is 64.
//   p4c-bm2-ss --p4v 16 -o testbed.json --p4runtime-files testbed.p4info.txtpb testbed.p4
#include <core.p4>
#include <v1model.p4>

const bit<9> CPU_PORT = 64;

@controller_header("packet_in")
header packet_in_t {
    bit<9> ingress_port;
    bit<7> reason;
}

@controller_header("packet_out")
header packet_out_t {
    bit<9> egress_port;
    bit<7> unused;
}

header ethernet_t {
    bit<48> dst;
    bit<48> src;
    bit<16> type;
}

header tag_t {
    bit<3> pcp;
    bit<1> dei;
    bit<12> vid;
    bit<16> type;
}

struct headers_t {
    packet_in_t packet_in;
    packet_out_t packet_out;
    ethernet_t ethernet;
    tag_t tag;
}

struct metadata_t {
}

struct learn_t {
    bit<48> src;
    bit<9> port;
}

parser TestParser(packet_in packet, out headers_t hdr, inout metadata_t meta,
                  inout standard_metadata_t std) {
    state start {
        transition select(std.ingress_port) {
            CPU_PORT: from_cpu;
            default: ethernet;
        }
    }
    state from_cpu {
        packet.extract(hdr.packet_out);
        transition ethernet;
    }
    state ethernet {
        packet.extract(hdr.ethernet);
        transition select(hdr.ethernet.type) {
            0x8100: tag;
            default: accept;
        }
    }
    state tag {
        packet.extract(hdr.tag);
        transition accept;
    }
}

control TestChecksums(inout headers_t hdr, inout metadata_t meta) {
    apply { }
}

control TestIngress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t std) {
    direct_counter(CounterType.packets_and_bytes) sent;
    counter(8, CounterType.packets_and_bytes) received;

    action drop() {
        mark_to_drop(std);
    }
    action send(bit<9> port) {
        std.egress_spec = port;
    }
    action send_tagged(bit<9> port, bit<12> vid) {
        std.egress_spec = port;
        hdr.tag.setValid();
        hdr.tag.vid = vid;
        hdr.tag.type = hdr.ethernet.type;
        hdr.ethernet.type = 0x8100;
    }
    action send_untagged(bit<9> port) {
        std.egress_spec = port;
        hdr.ethernet.type = hdr.tag.type;
        hdr.tag.setInvalid();
    }
    action flood(bit<16> group) {
        std.mcast_grp = group;
    }
    action to_cpu(bit<7> reason) {
        std.egress_spec = CPU_PORT;
        hdr.packet_in.setValid();
        hdr.packet_in.ingress_port = std.ingress_port;
        hdr.packet_in.reason = reason;
    }
    action learn() {
        digest<learn_t>(1, { hdr.ethernet.src, std.ingress_port });
    }

    // Where a station is.
    table stations {
        key = { hdr.ethernet.dst : exact @name("dst"); }
        actions = { send; send_tagged; send_untagged; flood; to_cpu; @defaultonly drop; }
        default_action = drop();
        counters = sent;
        size = 4;
    }
    // A port that leads to another one, whatever the station.
    table wires {
        key = { std.ingress_port : exact @name("port"); }
        actions = { send; send_tagged; send_untagged; NoAction; }
        const default_action = NoAction();
        size = 64;
    }
    table filters {
        key = {
            hdr.ethernet.src : ternary @name("src");
            hdr.ethernet.type : range @name("type");
            std.ingress_port : optional @name("port");
        }
        actions = { drop; NoAction; }
        const default_action = NoAction();
        size = 16;
    }
    table vendors {
        key = { hdr.ethernet.src : lpm @name("src"); }
        actions = { learn; @defaultonly NoAction; }
        const default_action = NoAction();
        size = 16;
    }
    table reserved {
        key = { hdr.ethernet.dst : exact @name("dst"); }
        actions = { to_cpu; @defaultonly NoAction; }
        const default_action = NoAction();
        const entries = {
            0x0180c200000e : to_cpu(14);
        }
    }

    apply {
        mark_to_drop(std);
        if (hdr.packet_out.isValid()) {
            std.egress_spec = hdr.packet_out.egress_port;
            hdr.packet_out.setInvalid();
        } else {
            received.count((bit<32>) std.ingress_port);
            vendors.apply();
            if (!reserved.apply().hit) {
                if (!wires.apply().hit) {
                    stations.apply();
                }
                filters.apply();
            }
        }
    }
}

control TestEgress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t std) {
    apply { }
}

control TestDeparser(packet_out packet, in headers_t hdr) {
    apply {
        packet.emit(hdr);
    }
}

V1Switch(TestParser(), TestChecksums(), TestIngress(), TestEgress(), TestChecksums(),
         TestDeparser()) main;
