// SPDX-License-Identifier: Apache-2.0
// Meters, action profiles, selectors, value sets, idle time-outs, random numbers, hashes.
#include <core.p4>
#include <v1model.p4>

header request_t { bit<8> kind; bit<8> index; bit<16> value; bit<64> result; }
header blob_t { bit<8> length; varbit<80> bytes; }
struct headers_t { request_t request; blob_t blob; }
struct metadata_t { bit<2> colour; @field_list(1) bit<8> passes; }

parser P(packet_in packet, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t std) {
    value_set<bit<8>>(2) kinds;
    value_set<tuple<bit<4>, bit<16>>>(4) pairs;
    state start {
        packet.extract(hdr.request);
        transition select(hdr.request.kind) { kinds: known; default: other; }
    }
    state known { hdr.request.result = 0xaa; transition accept; }
    state other {
        transition select(hdr.request.index[3:0], hdr.request.value) { pairs: paired; default: more; }
    }
    state more {
        transition select(hdr.request.kind) { 12: blob; default: accept; }
    }
    state blob {
        packet.extract(hdr.blob, (bit<32>) packet.lookahead<bit<8>>() * 8);
        transition accept;
    }
    state paired { hdr.request.result = 0xbb; transition accept; }
}
control Verify(inout headers_t hdr, inout metadata_t meta) { apply { } }
control In(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t std) {
    meter(4, MeterType.bytes) by_bytes;
    direct_meter<bit<2>>(MeterType.packets) by_entry;
    action_selector(HashAlgorithm.identity, 8, 16) spread;
    action_profile(2) shared_actions;
    register<bit<8>>(4) cells;
    register<bit<96>>(2) wide;
    action forward(bit<9> port) { std.egress_spec = port; }
    action metered() { by_entry.read(meta.colour); hdr.request.result = (bit<64>) meta.colour; }
    table meters_hits {
        key = { hdr.request.index: exact; }
        actions = { metered; NoAction; }
        meters = by_entry;
        support_timeout = true;
    }
    table by_profile {
        key = { hdr.request.index: exact; }
        actions = { forward; NoAction; }
        implementation = shared_actions;
    }
    table by_selector {
        key = { hdr.request.index: ternary; hdr.request.value: selector; }
        actions = { forward; NoAction; }
        implementation = spread;
    }
    apply {
        std.egress_spec = 1;
        if (hdr.request.kind == 1) {
            by_bytes.execute_meter<bit<2>>((bit<32>) hdr.request.index, meta.colour);
            hdr.request.result = (bit<64>) meta.colour;
        } else if (hdr.request.kind == 2) { meters_hits.apply(); }
        else if (hdr.request.kind == 3) {
            if (by_profile.apply().hit) { hdr.request.result = 1; }
        } else if (hdr.request.kind == 4) { by_selector.apply(); }
        else if (hdr.request.kind == 5) { random(hdr.request.result, 64w10, 64w19); }
        else if (hdr.request.kind == 6) {
            assert(hdr.request.index != 1);
            assume(hdr.request.index != 2);
        } else if (hdr.request.kind == 7) {
            hash(hdr.request.result, HashAlgorithm.crc32_custom, 64w0, { hdr.request.value, hdr.request.index }, 64w0xffffffffffffffff);
        }
        else if (hdr.request.kind == 8 && meta.passes < 2) {
            meta.passes = meta.passes + 1;
            resubmit_preserving_field_list(1);
        } else if (hdr.request.kind == 11) {
            bit<96> old;
            wide.read(old, 0);
            wide.write(1, old);
        }
        cells.write((bit<32>) hdr.request.index, hdr.request.kind);
    }
}
control Out(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t std) {
    apply {
        if (hdr.request.kind == 10 && meta.passes < 2) {
            meta.passes = meta.passes + 1;
            recirculate_preserving_field_list(1);
        }
    }
}
control Compute(inout headers_t hdr, inout metadata_t meta) { apply { } }
control D(packet_out packet, in headers_t hdr) { apply { packet.emit(hdr); } }
V1Switch(P(), Verify(), In(), Out(), Compute(), D()) main;
