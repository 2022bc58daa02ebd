// SPDX-License-Identifier: Apache-2.0
// Packets that start again, groups and clones, and what of their metadata they keep.
#include <core.p4>
#include <v1model.p4>

header tag_t { bit<8> what; bit<8> mark; }
struct headers_t { tag_t tag; tag_t added; }
struct metadata_t { @field_list(1) bit<8> kept; bit<8> lost; }

parser P(packet_in packet, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t std) {
    state start { packet.extract(hdr.tag); transition accept; }
}
control Verify(inout headers_t hdr, inout metadata_t meta) { apply { } }
control In(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t std) {
    counter(4, CounterType.packets_and_bytes) seen;
    action forward(bit<9> port) { std.egress_spec = port; }
    action flood(bit<16> group) { std.mcast_grp = group; }
    action drop() { mark_to_drop(std); }
    table decide {
        key = { hdr.tag.what: ternary; }
        actions = { forward; flood; drop; }
        default_action = drop();
    }
    apply {
        decide.apply();
        if (std.instance_type == 4) { seen.count(1); } else { seen.count(0); }
        if (hdr.tag.what == 0x10 && meta.kept < 3) {
            meta.kept = meta.kept + 1;
            meta.lost = 7;
            resubmit_preserving_field_list(1);
        }
        if (hdr.tag.what == 0x10) { hdr.tag.mark = meta.kept | meta.lost; }
        if (hdr.tag.what == 0x50) { resubmit_preserving_field_list(1); }
        if (hdr.tag.what == 0x60) { assert(hdr.tag.mark != 1); }
    }
}
control Out(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t std) {
    apply {
        if (hdr.tag.what == 0x20 && meta.kept != 0x55) {
            hdr.added.setValid();
            hdr.added.what = 0xad;
            hdr.added.mark = hdr.tag.mark;
            meta.kept = 0x55;
            recirculate_preserving_field_list(1);
        } else if (hdr.tag.what == 0x20) {
            hdr.tag.mark = meta.kept;
        }
        if (hdr.tag.what == 0x30) { hdr.tag.mark = (bit<8>) std.egress_rid; }
        if (hdr.tag.what == 0x40 && std.instance_type == 0) { clone_preserving_field_list(CloneType.E2E, 5, 1); }
        if (hdr.tag.what == 0x40 && std.instance_type == 2) { hdr.tag.mark = 0xcc; }
    }
}
control Compute(inout headers_t hdr, inout metadata_t meta) { apply { } }
control D(packet_out packet, in headers_t hdr) { apply { packet.emit(hdr); } }
V1Switch(P(), Verify(), In(), Out(), Compute(), D()) main;
