// SPDX-License-Identifier: Apache-2.0
// Types that clients see otherwise than the program does, and data of every kind.
//   p4c-bm2-ss --p4v 16 -o translated.json --p4runtime-files translated.p4info.txtpb translated.p4
#include <core.p4>
#include <v1model.p4>

@p4runtime_translation("example.org/port", string)
@p4runtime_translation_mappings({{"trunk", 2}, {"access", 3}})
type bit<9> port_t;

@p4runtime_translation("example.org/vlan", bit<32>)
type bit<12> vlan_t;

enum bit<8> mode_t { none = 0, fast = 1, slow = 2 }

@controller_header("packet_in")
header packet_in_t {
    port_t port;
    bit<7> unused;
}

@controller_header("packet_out")
header packet_out_t {
    port_t port;
    bit<7> unused;
}

header tag_t { bit<12> vid; bit<4> kind; bit<8> value; bit<8> result; }
struct headers_t { packet_in_t packet_in; packet_out_t packet_out; tag_t tag; }
struct metadata_t { port_t port; vlan_t vlan; }
struct inner_t { int<8> level; bool low; }
struct sample_t { bit<12> vid; inner_t inner; mode_t mode; }

const bit<9> CPU_PORT = 64;

parser TestParser(packet_in packet, out headers_t hdr, inout metadata_t meta,
                  inout standard_metadata_t std) {
    state start {
        transition select(std.ingress_port) {
            CPU_PORT: from_cpu;
            default: tag;
        }
    }
    state from_cpu {
        packet.extract(hdr.packet_out);
        transition tag;
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
    register<int<8>>(2) levels;

    action send(port_t port) {
        std.egress_spec = (bit<9>) port;
    }
    action retag(vlan_t vlan) {
        hdr.tag.vid = (bit<12>) vlan;
        std.egress_spec = 1;
    }
    action report() {
        inner_t inner = { (int<8>) hdr.tag.value, hdr.tag.value < 10 };
        digest<sample_t>(1, { hdr.tag.vid, inner, (mode_t) hdr.tag.result });
    }
    table by_port {
        key = { meta.port : exact @name("port"); }
        actions = { send; retag; NoAction; }
        default_action = NoAction();
        size = 16;
    }
    table by_vlan {
        key = { meta.vlan : ternary @name("vlan"); }
        actions = { retag; NoAction; }
        default_action = NoAction();
        size = 16;
    }
    table by_prefix {
        key = { meta.vlan : lpm @name("vlan"); }
        actions = { retag; NoAction; }
        default_action = NoAction();
        size = 16;
    }

    apply {
        mark_to_drop(std);
        meta.port = (port_t) std.ingress_port;
        meta.vlan = (vlan_t) hdr.tag.vid;
        if (hdr.packet_out.isValid()) {
            std.egress_spec = (bit<9>) hdr.packet_out.port;
            hdr.packet_out.setInvalid();
        } else if (hdr.tag.kind == 1) {
            by_port.apply();
        } else if (hdr.tag.kind == 2) {
            by_vlan.apply();
        } else if (hdr.tag.kind == 3) {
            by_prefix.apply();
        } else if (hdr.tag.kind == 4) {
            report();
        } else if (hdr.tag.kind == 5) {
            std.egress_spec = CPU_PORT;
            hdr.packet_in.setValid();
            hdr.packet_in.port = meta.port;
            hdr.packet_in.unused = 0;
        } else if (hdr.tag.kind == 6) {
            int<8> level;
            levels.read(level, 0);
            hdr.tag.result = (bit<8>) level;
            std.egress_spec = 1;
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

@pkginfo(name="translated", version="3")
V1Switch(TestParser(), TestChecksums(), TestIngress(), TestEgress(), TestChecksums(),
         TestDeparser()) main;
