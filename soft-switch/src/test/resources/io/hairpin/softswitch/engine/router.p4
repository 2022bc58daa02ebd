// SPDX-License-Identifier: Apache-2.0
// IPv4 with checksums, LPM, ternary, range and optional keys, constant entries.
#include <core.p4>
#include <v1model.p4>

header ethernet_t { bit<48> dst; bit<48> src; bit<16> type; }
header ipv4_t {
    bit<4> version; bit<4> ihl; bit<8> tos; bit<16> length; bit<16> id; bit<3> flags;
    bit<13> fragment; bit<8> ttl; bit<8> protocol; bit<16> checksum; bit<32> src; bit<32> dst;
}
header udp_t { bit<16> src; bit<16> dst; bit<16> length; bit<16> checksum; }
struct headers_t { ethernet_t ethernet; ipv4_t ipv4; udp_t udp; }
struct metadata_t { bit<16> hash; bit<8> class; }
error { NotFour }

parser P(packet_in packet, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t std) {
    state start {
        packet.extract(hdr.ethernet);
        transition select(hdr.ethernet.type) { 0x0800: ipv4; default: accept; }
    }
    state ipv4 {
        packet.extract(hdr.ipv4);
        verify(hdr.ipv4.version == 4, error.NotFour);
        transition select(hdr.ipv4.fragment, hdr.ipv4.protocol, std.ingress_port) {
            (0, 17, 0 &&& 0x100): udp;
            default: accept;
        }
    }
    state udp { packet.extract(hdr.udp); transition accept; }
}
control Verify(inout headers_t hdr, inout metadata_t meta) {
    apply {
        verify_checksum(hdr.ipv4.isValid(), { hdr.ipv4.version, hdr.ipv4.ihl, hdr.ipv4.tos,
            hdr.ipv4.length, hdr.ipv4.id, hdr.ipv4.flags, hdr.ipv4.fragment, hdr.ipv4.ttl,
            hdr.ipv4.protocol, hdr.ipv4.src, hdr.ipv4.dst }, hdr.ipv4.checksum, HashAlgorithm.csum16);
    }
}
control In(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t std) {
    action drop() { mark_to_drop(std); }
    action route(bit<48> next, bit<9> port) {
        hdr.ethernet.dst = next;
        hdr.ipv4.ttl = hdr.ipv4.ttl - 1;
        std.egress_spec = port;
    }
    table routes {
        key = { hdr.ipv4.dst : lpm; }
        actions = { route; drop; }
        default_action = drop();
        size = 200000;
    }
    action classify(bit<8> class) { meta.class = class; }
    table acl {
        key = {
            hdr.ipv4.src : ternary; hdr.udp.dst : range; hdr.ipv4.protocol : optional;
            hdr.udp.isValid() : exact;
        }
        actions = { classify; drop; NoAction; }
        default_action = NoAction();
        size = 100000;
    }
    table marks {
        key = { meta.class : ternary; hdr.ipv4.tos : ternary; }
        actions = { classify; }
        default_action = classify(0);
        const entries = {
            (1, 0 &&& 3) : classify(10);
            (1, _) : classify(11);
            (_, 0x80 &&& 0x80) : classify(12);
        }
    }
    apply {
        if (std.checksum_error == 1 || std.parser_error != error.NoError) {
            drop();
        } else if (hdr.ipv4.isValid()) {
            routes.apply();
            acl.apply();
            marks.apply();
            hash(meta.hash, HashAlgorithm.crc16, 16w0, { hdr.ipv4.src, hdr.ipv4.dst }, 16w1024);
            hdr.ipv4.id = meta.hash;
            hdr.ipv4.tos = meta.class;
        } else {
            std.egress_spec = 7;
        }
    }
}
control Out(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t std) { apply { } }
control Compute(inout headers_t hdr, inout metadata_t meta) {
    apply {
        update_checksum(hdr.ipv4.isValid(), { hdr.ipv4.version, hdr.ipv4.ihl, hdr.ipv4.tos,
            hdr.ipv4.length, hdr.ipv4.id, hdr.ipv4.flags, hdr.ipv4.fragment, hdr.ipv4.ttl,
            hdr.ipv4.protocol, hdr.ipv4.src, hdr.ipv4.dst }, hdr.ipv4.checksum, HashAlgorithm.csum16);
    }
}
control Deparse(packet_out packet, in headers_t hdr) { apply { packet.emit(hdr); } }
V1Switch(P(), Verify(), In(), Out(), Compute(), Deparse()) main;
