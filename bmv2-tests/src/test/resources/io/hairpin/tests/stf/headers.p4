// SPDX-License-Identifier: Apache-2.0
// Header stacks and unions: parsed, compared, pushed, popped, copied, changed into one another.
#include <core.p4>
#include <v1model.p4>

header hop_t { bit<7> id; bit<1> bottom; bit<8> cost; }
header short_t { bit<16> value; }
header long_t { bit<48> value; bit<16> check; }
header_union body_t { short_t brief; long_t full; }
header tail_t { bit<8> op; bit<8> argument; }
struct headers_t { hop_t[4] hops; tail_t tail; body_t body; }
struct metadata_t { bit<8> depth; }

parser P(packet_in packet, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t std) {
    state start {
        packet.extract(hdr.hops.next);
        meta.depth = meta.depth + 1;
        transition select(hdr.hops.last.bottom) { 1: tail; default: start; }
    }
    state tail {
        packet.extract(hdr.tail);
        transition select(hdr.tail.op[7:7]) { 1: full; default: brief; }
    }
    state brief { packet.extract(hdr.body.brief); transition accept; }
    state full { packet.extract(hdr.body.full); transition accept; }
}
control Verify(inout headers_t hdr, inout metadata_t meta) { apply { } }
control In(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t std) {
    action push(bit<7> id, bit<8> cost) {
        hdr.hops.push_front(1);
        hdr.hops[0].setValid();
        hdr.hops[0].id = id;
        hdr.hops[0].bottom = 0;
        hdr.hops[0].cost = cost;
    }
    action pop() { hdr.hops.pop_front(1); }
    action swap() {
        hop_t first = hdr.hops[0];
        hdr.hops[0] = hdr.hops[1];
        hdr.hops[1] = first;
        hdr.hops[0].bottom = 0;
        hdr.hops[1].bottom = 1;
    }
    action widen() {
        bit<16> value = hdr.body.brief.value;
        hdr.body.full.setValid();
        hdr.body.full.value = (bit<48>) value;
        hdr.body.full.check = value ^ 0xffff;
    }
    action narrow() {
        bit<16> value = hdr.body.full.value[15:0];
        hdr.body.brief.setValid();
        hdr.body.brief.value = value;
    }
    table by_hop {
        key = { hdr.hops[0].id: exact; hdr.tail.op: ternary; }
        actions = { push; pop; swap; NoAction; }
        size = 64;
    }
    table by_body {
        key = {
            hdr.body.brief.isValid(): exact;
            hdr.body.full.isValid(): exact;
            hdr.tail.argument: exact;
        }
        actions = { widen; narrow; NoAction; }
        size = 16;
    }
    apply {
        if (std.parser_error != error.NoError) {
            mark_to_drop(std);
        } else {
            std.egress_spec = 1;
            by_hop.apply();
            if (by_body.apply().hit) { std.egress_spec = 2; }
            if (hdr.hops[1].isValid() && hdr.hops[0].id == hdr.hops[1].id) { std.egress_spec = 3; }
            hdr.tail.argument = meta.depth;
        }
    }
}
control Out(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t std) { apply { } }
control Compute(inout headers_t hdr, inout metadata_t meta) { apply { } }
control D(packet_out packet, in headers_t hdr) {
    apply { packet.emit(hdr.hops); packet.emit(hdr.tail); packet.emit(hdr.body); }
}
V1Switch(P(), Verify(), In(), Out(), Compute(), D()) main;
