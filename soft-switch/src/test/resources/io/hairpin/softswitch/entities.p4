// SPDX-License-Identifier: Apache-2.0
// What P4Runtime has besides what testbed.p4 uses: meters, registers, value sets, idle time-outs.
#include <core.p4>
#include <v1model.p4>

header request_t { bit<8> kind; bit<8> index; bit<8> result; }
struct headers_t { request_t request; }
struct metadata_t { bit<2> colour; }
struct pair_t {
    @match(exact) bit<8> kind;
    @match(ternary) bit<8> index;
}

parser TestParser(packet_in packet, out headers_t hdr, inout metadata_t meta,
                  inout standard_metadata_t std) {
    value_set<pair_t>(2) known;
    state start {
        packet.extract(hdr.request);
        transition select(hdr.request.kind, hdr.request.index) {
            known: marked;
            default: accept;
        }
    }
    state marked {
        hdr.request.result = 0xaa;
        transition accept;
    }
}

control TestChecksums(inout headers_t hdr, inout metadata_t meta) {
    apply { }
}

control TestIngress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t std) {
    meter(4, MeterType.packets) limits;
    direct_meter<bit<2>>(MeterType.packets) limit;
    register<bit<8>>(4) cells;

    action metered() {
        limit.read(meta.colour);
        hdr.request.result = (bit<8>) meta.colour;
    }
    table entries_with_meters {
        key = { hdr.request.index : exact @name("index"); }
        actions = { metered; NoAction; }
        meters = limit;
        support_timeout = true;
        size = 16;
    }

    apply {
        std.egress_spec = 1;
        if (hdr.request.kind == 1) {
            limits.execute_meter<bit<2>>((bit<32>) hdr.request.index, meta.colour);
            hdr.request.result = (bit<8>) meta.colour;
        } else if (hdr.request.kind == 2) {
            entries_with_meters.apply();
        } else if (hdr.request.kind == 3) {
            cells.read(hdr.request.result, (bit<32>) hdr.request.index);
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
