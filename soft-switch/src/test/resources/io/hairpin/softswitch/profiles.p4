// SPDX-License-Identifier: Apache-2.0
// What the tests of action profiles, of direct resources and of replicas drive. The first byte of a
// frame says what happens, the second is looked up, the third is what packets of a flow have in
// common; the fourth is what is answered.
//   p4c-bm2-ss --p4v 16 -o profiles.json --p4runtime-files profiles.p4info.txtpb profiles.p4
#include <core.p4>
#include <v1model.p4>

header request_t { bit<8> kind; bit<8> index; bit<8> flow; bit<8> result; }
struct headers_t { request_t request; }
struct metadata_t { bit<2> colour; }

parser TestParser(packet_in packet, out headers_t hdr, inout metadata_t meta,
                  inout standard_metadata_t std) {
    state start {
        packet.extract(hdr.request);
        transition accept;
    }
}

control TestChecksums(inout headers_t hdr, inout metadata_t meta) {
    apply { }
}

control TestIngress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t std) {
    action_profile(2) shared;
    @selector_size_semantics("sum_of_weights")
    @max_group_size(16)
    action_selector(HashAlgorithm.identity, 32, 8) weighed;
    @selector_size_semantics("sum_of_members")
    @max_member_weight(100)
    action_selector(HashAlgorithm.identity, 4, 8) counted;
    direct_counter(CounterType.packets_and_bytes) hits;
    @single_rate_three_color
    direct_meter<bit<2>>(MeterType.packets) limit;
    @single_rate_two_color
    meter(2, MeterType.packets) single;

    action send(bit<9> port) {
        std.egress_spec = port;
    }
    action answer(bit<8> value) {
        std.egress_spec = 1;
        hdr.request.result = value;
    }
    action metered() {
        limit.read(meta.colour);
        std.egress_spec = 1;
        hdr.request.result = (bit<8>) meta.colour;
    }

    table by_member {
        key = { hdr.request.index : exact @name("index"); }
        actions = { send; answer; NoAction; }
        implementation = shared;
        size = 16;
    }
    table by_weight {
        key = {
            hdr.request.index : exact @name("index");
            hdr.request.flow : selector;
        }
        actions = { send; answer; NoAction; }
        implementation = weighed;
        size = 16;
    }
    table by_number {
        key = {
            hdr.request.index : exact @name("index");
            hdr.request.flow : selector;
        }
        actions = { send; answer; NoAction; }
        implementation = counted;
        size = 16;
    }
    table measured {
        key = { hdr.request.index : exact @name("index"); }
        actions = { metered; NoAction; }
        default_action = metered();
        counters = hits;
        meters = limit;
        size = 16;
    }
    // Entries that the program begins with, which control may change.
    table begun {
        key = { hdr.request.index : ternary @name("index"); }
        actions = { answer; NoAction; }
        entries = {
            1 : answer(11);
            2 &&& 0x0f : answer(12);
        }
        size = 4;
    }
    table keyless {
        actions = { answer; NoAction; }
    }

    apply {
        mark_to_drop(std);
        if (hdr.request.kind == 1) {
            by_member.apply();
        } else if (hdr.request.kind == 2) {
            by_weight.apply();
        } else if (hdr.request.kind == 3) {
            by_number.apply();
        } else if (hdr.request.kind == 4) {
            measured.apply();
        } else if (hdr.request.kind == 5) {
            begun.apply();
        } else if (hdr.request.kind == 6) {
            std.mcast_grp = (bit<16>) hdr.request.index;
        } else if (hdr.request.kind == 7) {
            clone(CloneType.I2E, (bit<32>) hdr.request.index);
        } else if (hdr.request.kind == 8) {
            keyless.apply();
        } else if (hdr.request.kind == 9) {
            single.execute_meter<bit<2>>((bit<32>) hdr.request.index, meta.colour);
            std.egress_spec = 1;
            hdr.request.result = (bit<8>) meta.colour;
        }
    }
}

control TestEgress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t std) {
    apply {
        if (hdr.request.kind == 6) {
            hdr.request.result = (bit<8>) std.egress_rid;
        } else if (hdr.request.kind == 7) {
            hdr.request.result = (bit<8>) std.priority;
        }
    }
}

control TestDeparser(packet_out packet, in headers_t hdr) {
    apply {
        packet.emit(hdr);
    }
}

V1Switch(TestParser(), TestChecksums(), TestIngress(), TestEgress(), TestChecksums(),
         TestDeparser()) main;
