// SPDX-License-Identifier: Apache-2.0
// Every operator at odd widths, at 64 bits and beyond; operands and results lie in the frame.
#include <core.p4>
#include <v1model.p4>

header in_t {
    bit<3> a3; bit<5> b5; bit<13> a13; bit<11> b11;
    bit<64> a64; bit<64> b64; bit<128> a128; bit<128> b128;
    int<8> i8; int<16> i16; int<64> i64; bit<8> n; bit<7> c7; bit<1> flag;
}
header out_t {
    bit<13> add13; bit<13> sub13; bit<13> mul13; bit<9> cat; bit<16> shift16; bit<16> neg16;
    bit<64> add64; bit<64> sub64; bit<64> mul64; bit<64> shl64; bit<64> shr64; bit<64> not64;
    bit<128> add128; bit<128> sub128; bit<128> mul128; bit<128> shl128; bit<128> shr128;
    bit<128> mix128; bit<16> slice; bit<64> sat64; bit<8> usat8; bit<8> ssat8;
    int<16> iadd16; int<16> imul16; int<64> ishr64; int<8> isub8; bit<32> compare;
    bit<8> ternary; bit<72> wide72; bit<64> cut64; int<32> ext32;
}
struct headers_t { in_t x; out_t y; }
struct metadata_t { bit<100> m100; int<100> s100; }

parser P(packet_in packet, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t std) {
    state start { packet.extract(hdr.x); transition accept; }
}
control Verify(inout headers_t hdr, inout metadata_t meta) { apply { } }
control In(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t std) {
    apply {
        hdr.y.setValid();
        hdr.y.add13 = hdr.x.a13 + (bit<13>) hdr.x.b11;
        hdr.y.sub13 = (bit<13>) hdr.x.b11 - hdr.x.a13;
        hdr.y.mul13 = hdr.x.a13 * (bit<13>) hdr.x.b11;
        hdr.y.cat = hdr.x.a3 ++ hdr.x.b5 ++ hdr.x.flag;
        hdr.y.shift16 = ((bit<16>) hdr.x.a13) << hdr.x.n;
        hdr.y.neg16 = -(bit<16>) hdr.x.a13;
        hdr.y.add64 = hdr.x.a64 + hdr.x.b64;
        hdr.y.sub64 = hdr.x.a64 - hdr.x.b64;
        hdr.y.mul64 = hdr.x.a64 * hdr.x.b64;
        hdr.y.shl64 = hdr.x.a64 << hdr.x.n;
        hdr.y.shr64 = hdr.x.a64 >> hdr.x.n;
        hdr.y.not64 = ~hdr.x.a64 ^ (hdr.x.b64 | 64w0xff) & hdr.x.a64;
        hdr.y.add128 = hdr.x.a128 + hdr.x.b128;
        hdr.y.sub128 = hdr.x.a128 - hdr.x.b128;
        hdr.y.mul128 = hdr.x.a128 * hdr.x.b128;
        hdr.y.shl128 = hdr.x.a128 << hdr.x.n;
        hdr.y.shr128 = hdr.x.a128 >> hdr.x.n;
        hdr.y.mix128 = (hdr.x.a128 & ~hdr.x.b128) | ((bit<128>) hdr.x.a64 << 32) ^ hdr.x.b128;
        hdr.y.slice = hdr.x.a128[79:64];
        hdr.y.sat64 = hdr.x.a64 |+| hdr.x.b64;
        hdr.y.usat8 = hdr.x.n |-| (bit<8>) hdr.x.c7;
        hdr.y.ssat8 = (bit<8>) (hdr.x.i8 |+| hdr.x.i8);
        hdr.y.iadd16 = hdr.x.i16 + (int<16>) hdr.x.i8;
        hdr.y.imul16 = hdr.x.i16 * (int<16>) hdr.x.i8;
        hdr.y.ishr64 = hdr.x.i64 >> (bit<8>) hdr.x.c7;
        hdr.y.isub8 = hdr.x.i8 - (int<8>) hdr.x.i16;
        hdr.y.compare = 0;
        if (hdr.x.a64 < hdr.x.b64) { hdr.y.compare = hdr.y.compare | 1; }
        if (hdr.x.a128 >= hdr.x.b128) { hdr.y.compare = hdr.y.compare | 2; }
        if (hdr.x.i64 < 0) { hdr.y.compare = hdr.y.compare | 4; }
        if (hdr.x.i8 > -5 && hdr.x.i16 <= (int<16>) hdr.x.i8) { hdr.y.compare = hdr.y.compare | 8; }
        if (hdr.x.a128 == hdr.x.b128 || !(hdr.x.a13 != 0)) { hdr.y.compare = hdr.y.compare | 16; }
        hdr.y.ternary = hdr.x.flag == 1 ? hdr.x.n : (bit<8>) hdr.x.c7;
        hdr.y.wide72 = hdr.x.n ++ hdr.x.a64;
        hdr.y.cut64 = (bit<64>) (hdr.x.a128 >> 3);
        hdr.y.ext32 = (int<32>) hdr.x.i8;
        meta.m100 = hdr.x.a128[99:0] + 100w0xffff_ffff_ffff_ffff_f;
        meta.s100 = (int<100>) hdr.x.i64 - 7;
        if (meta.s100 < -3) { hdr.y.compare = hdr.y.compare | 32; }
        if (meta.m100 > 100w0xffff_ffff_ffff_ffff_ffff) { hdr.y.compare = hdr.y.compare | 64; }
        hdr.y.cut64 = hdr.y.cut64 ^ (bit<64>) meta.m100;
        std.egress_spec = 1;
    }
}
control Out(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t std) { apply { } }
control Compute(inout headers_t hdr, inout metadata_t meta) { apply { } }
control Deparse(packet_out packet, in headers_t hdr) { apply { packet.emit(hdr); } }
V1Switch(P(), Verify(), In(), Out(), Compute(), Deparse()) main;
