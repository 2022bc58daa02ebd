// SPDX-License-Identifier: Apache-2.0
// Arithmetic on numbers of 128 bits and more, of odd widths, signed and saturating.
#include <core.p4>
#include <v1model.p4>

header operands_t { bit<8> op; bit<128> a; bit<128> b; bit<8> n; }
header result_t { bit<128> r; bit<136> wider; bit<64> low; int<128> s; bit<65> odd; bit<7> rest; }
struct headers_t { operands_t in_; result_t out_; }
struct metadata_t { bit<1> taken; }

parser P(packet_in packet, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t std) {
    state start {
        packet.extract(hdr.in_);
        transition select(hdr.in_.a[127:64]) {
            0xffffffffffffffff &&& 0xffffffff00000000: high;
            default: accept;
        }
    }
    state high { meta.taken = 1; transition accept; }
}
control Verify(inout headers_t hdr, inout metadata_t meta) { apply { } }
control In(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t std) {
    action add() { hdr.out_.r = hdr.in_.a + hdr.in_.b; }
    action subtract() { hdr.out_.r = hdr.in_.a - hdr.in_.b; }
    action multiply() { hdr.out_.r = hdr.in_.a * 3 + (hdr.in_.b & 0xff); }
    action saturate() { hdr.out_.r = hdr.in_.a |+| hdr.in_.b; }
    action floor() { hdr.out_.r = hdr.in_.a |-| hdr.in_.b; }
    action left() { hdr.out_.r = hdr.in_.a << hdr.in_.n; }
    action right() { hdr.out_.r = hdr.in_.a >> hdr.in_.n; }
    action signed() {
        hdr.out_.s = (int<128>) hdr.in_.a - (int<128>) hdr.in_.b;
        hdr.out_.s = hdr.out_.s >> 5;
    }
    action join() {
        hdr.out_.r = hdr.in_.a[63:0] ++ hdr.in_.b[127:64];
        hdr.out_.wider = hdr.in_.op ++ (hdr.in_.a ^ ~hdr.in_.b);
    }
    action set(bit<128> value) { hdr.out_.r = value; }
    table operations {
        key = { hdr.in_.op: exact; }
        actions = {
            add; subtract; multiply; saturate; floor; left; right; signed; join; set; NoAction;
        }
        default_action = NoAction();
        const entries = {
            1: add();
            2: subtract();
            3: multiply();
            4: saturate();
            5: floor();
            6: left();
            7: right();
            8: signed();
            9: join();
            10: set(0x0123456789abcdef0123456789abcdef);
        }
    }
    table keys {
        key = { hdr.in_.a: lpm; hdr.in_.b: exact; }
        actions = { set; NoAction; }
        default_action = NoAction();
        size = 16;
    }
    apply {
        hdr.out_.setValid();
        hdr.out_.r = 0;
        hdr.out_.wider = 0;
        hdr.out_.low = 0;
        hdr.out_.s = 0;
        hdr.out_.odd = 0;
        hdr.out_.rest = 0;
        std.egress_spec = 1;
        if (!operations.apply().hit) { keys.apply(); }
        if (hdr.in_.a < hdr.in_.b) { std.egress_spec = 2; }
        if ((int<128>) hdr.in_.a < (int<128>) hdr.in_.b) { hdr.out_.rest[0:0] = 1; }
        hdr.out_.low = (bit<64>) hdr.out_.r;
        hdr.out_.odd = (bit<65>) (hdr.out_.r >> 63);
        hdr.out_.rest[6:6] = meta.taken;
    }
}
control Out(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t std) { apply { } }
control Compute(inout headers_t hdr, inout metadata_t meta) { apply { } }
control D(packet_out packet, in headers_t hdr) { apply { packet.emit(hdr); } }
V1Switch(P(), Verify(), In(), Out(), Compute(), D()) main;
