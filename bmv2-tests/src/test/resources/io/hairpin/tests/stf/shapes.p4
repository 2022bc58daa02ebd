// SPDX-License-Identifier: Apache-2.0
// Header unions, fields of variable length, stack elements with a computed index, loops.
#include <core.p4>
#include <v1model.p4>

header kind_t { bit<8> kind; bit<8> index; }
header short_t { bit<8> value; }
header long_t { bit<24> value; }
header options_t { bit<8> length; varbit<32> bytes; }
header item_t { bit<8> value; }
header_union number_t { short_t small; long_t large; }
struct headers_t { kind_t kind; number_t number; options_t options; options_t copy; item_t[4] items; }
struct metadata_t { }

parser P(packet_in packet, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t std) {
    state start {
        packet.extract(hdr.kind);
        transition select(hdr.kind.kind) {
            1: small;
            2: large;
            3: options;
            4 .. 6: items;
            default: accept;
        }
    }
    state small { packet.extract(hdr.number.small); transition accept; }
    state large { packet.extract(hdr.number.large); transition accept; }
    state options {
        packet.extract(hdr.options, (bit<32>) packet.lookahead<bit<8>>() * 8);
        transition accept;
    }
    state items {
        packet.extract(hdr.items.next);
        packet.extract(hdr.items.next);
        packet.extract(hdr.items.next);
        packet.extract(hdr.items.next);
        transition accept;
    }
}
control Verify(inout headers_t hdr, inout metadata_t meta) { apply { } }
control In(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t std) {
    register<bit<72>>(2) wide;
    action count_up() {
        for (bit<8> i = 0; i < hdr.kind.index; i = i + 1) {
            hdr.items[0].value = hdr.items[0].value + 2;
        }
    }
    apply {
        std.egress_spec = 1;
        if (std.parser_error == error.HeaderTooShort) { std.egress_spec = 2; }
        if (std.parser_error == error.PacketTooShort) { std.egress_spec = 3; }
        if (hdr.number.small.isValid()) {
            bit<8> value = hdr.number.small.value;
            hdr.number.large.setValid();
            hdr.number.large.value = 16w0xabcd ++ value;
        } else if (hdr.number.large.isValid()) {
            bit<8> value = hdr.number.large.value[7:0];
            hdr.number.small.setValid();
            hdr.number.small.value = value;
        }
        if (hdr.options.isValid()) {
            hdr.copy = hdr.options;
            if (hdr.copy != hdr.options) { std.egress_spec = 9; }
        }
        if (hdr.kind.kind == 4) { hdr.items[hdr.kind.index].value = 0xee; }
        if (hdr.kind.kind == 5) {
            count_up();
        }
        if (hdr.kind.kind == 6) {
            bit<72> old;
            wide.read(old, 1);
            wide.write(1, old + 72w0x10000000000000001);
            hdr.items[hdr.kind.index].setInvalid();
        }
    }
}
control Out(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t std) { apply { } }
control Compute(inout headers_t hdr, inout metadata_t meta) { apply { } }
control D(packet_out packet, in headers_t hdr) { apply { packet.emit(hdr); } }
V1Switch(P(), Verify(), In(), Out(), Compute(), D()) main;
