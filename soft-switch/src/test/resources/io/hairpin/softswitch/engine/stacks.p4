// SPDX-License-Identifier: Apache-2.0
// Header stacks, look-ahead, clones, registers, truncation, exit.
#include <core.p4>
#include <v1model.p4>

header label_t { bit<15> value; bit<1> bottom; }
header tail_t { bit<8> kind; bit<24> rest; }
struct headers_t { label_t[4] labels; tail_t tail; }
struct metadata_t { @field_list(1) bit<9> from; bit<16> note; }

parser P(packet_in packet, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t std) {
    state start {
        transition select(packet.lookahead<bit<16>>()) {
            0xffff: tail;
            default: label;
        }
    }
    state label {
        packet.extract(hdr.labels.next);
        transition select(hdr.labels.last.bottom) { 1: tail; default: label; }
    }
    state tail {
        meta.note = packet.lookahead<bit<16>>();
        packet.extract(hdr.tail);
        transition accept;
    }
}
control Verify(inout headers_t hdr, inout metadata_t meta) { apply { } }
control In(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t std) {
    register<bit<24>>(16) last_seen;
    action swap() { exit; }
    apply {
        std.egress_spec = 2;
        meta.from = std.ingress_port;
        if (std.parser_error == error.PacketTooShort) { hdr.labels.push_front(1); hdr.labels[0].setValid(); hdr.labels[0].value = 0x7001; hdr.labels[0].bottom = 1; std.egress_spec = 3; }
        else if (std.parser_error == error.StackOutOfBounds) { std.egress_spec = 4; }
        else if (hdr.tail.kind == 1) { hdr.labels.push_front(2); hdr.labels[0].setValid(); hdr.labels[0].value = 0x1234; hdr.labels[0].bottom = 0; }
        else if (hdr.tail.kind == 2) { hdr.labels.pop_front(1); }
        else if (hdr.tail.kind == 3) { clone_preserving_field_list(CloneType.I2E, 5, 1); }
        else if (hdr.tail.kind == 4) { truncate(5); }
        else if (hdr.tail.kind == 5) { swap(); }
        else if (hdr.tail.kind == 6) {
            bit<24> old;
            last_seen.read(old, (bit<32>) std.ingress_port);
            last_seen.write((bit<32>) std.ingress_port, hdr.tail.rest);
            hdr.tail.rest = old;
        }
        else if (hdr.tail.kind == 7) { hdr.labels[1] = hdr.labels[0]; }
        if (hdr.labels[0].isValid() && hdr.labels[1].isValid() && hdr.labels[0] == hdr.labels[1]) { std.egress_spec = 9; }
        hdr.tail.kind = hdr.tail.kind + 0x40;
    }
}
control Out(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t std) {
    apply {
        if (std.instance_type == 1) { hdr.tail.rest = (bit<24>) meta.from; hdr.tail.kind = 0xcc; }
        if (std.instance_type == 0 && hdr.tail.kind == 0x48) { clone(CloneType.E2E, 6); }
        if (std.instance_type == 2) { hdr.tail.rest = (bit<24>) std.packet_length; }
    }
}
control Compute(inout headers_t hdr, inout metadata_t meta) { apply { } }
control Deparse(packet_out packet, in headers_t hdr) { apply { packet.emit(hdr); } }
V1Switch(P(), Verify(), In(), Out(), Compute(), Deparse()) main;
