// SPDX-License-Identifier: Apache-2.0
// An action selector spreads flows over ports, meters colour and police them.
#include <core.p4>
#include <v1model.p4>

header ethernet_t { bit<48> dst; bit<48> src; bit<16> type; }
header flow_t { bit<32> from; bit<32> to; bit<16> id; bit<8> colour; bit<8> class; }
struct headers_t { ethernet_t ethernet; flow_t flow; }
struct metadata_t { bit<2> port_colour; bit<2> class_colour; bit<16> hash; }

parser P(packet_in packet, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t std) {
    state start {
        packet.extract(hdr.ethernet);
        transition select(hdr.ethernet.type) { 0x88b5: flow; default: accept; }
    }
    state flow { packet.extract(hdr.flow); transition accept; }
}
control Verify(inout headers_t hdr, inout metadata_t meta) { apply { } }
control In(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t std) {
    action_selector(HashAlgorithm.crc16, 32, 14) uplinks;
    meter(8, MeterType.packets) of_class;
    direct_meter<bit<2>>(MeterType.bytes) of_port;
    direct_counter(CounterType.packets_and_bytes) routed;
    action drop() { mark_to_drop(std); }
    action forward(bit<9> port) { std.egress_spec = port; }
    action rewrite(bit<9> port, bit<48> dst) { std.egress_spec = port; hdr.ethernet.dst = dst; }
    action admit() { of_port.read(meta.port_colour); }
    table ports {
        key = { std.ingress_port: exact; }
        actions = { admit; NoAction; }
        default_action = NoAction();
        meters = of_port;
        size = 512;
    }
    table routes {
        key = {
            hdr.flow.to: lpm;
            hdr.flow.from: selector;
            hdr.flow.to: selector;
            hdr.flow.id: selector;
        }
        actions = { forward; rewrite; drop; }
        implementation = uplinks;
        size = 128;
    }
    table classes {
        key = { hdr.flow.class: ternary; hdr.flow.id: optional; }
        actions = { forward; drop; NoAction; }
        default_action = NoAction();
        counters = routed;
        size = 32;
    }
    apply {
        ports.apply();
        if (!hdr.flow.isValid()) {
            drop();
        } else {
            of_class.execute_meter<bit<2>>((bit<32>) hdr.flow.class[2:0], meta.class_colour);
            if (meta.port_colour == 2 || meta.class_colour == 2) {
                log_msg("class {} of port {} is over its rate", { hdr.flow.class, std.ingress_port });
                drop();
            } else {
                hdr.flow.colour = (bit<8>) (meta.port_colour | meta.class_colour);
                hash(meta.hash, HashAlgorithm.crc16, 16w0, { hdr.flow.from, hdr.flow.to }, 17w0x10000);
                if (!routes.apply().hit) { drop(); }
                classes.apply();
            }
        }
    }
}
control Out(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t std) {
    apply {
        if (hdr.flow.class == 0xff) { hdr.flow.id = meta.hash; }
    }
}
control Compute(inout headers_t hdr, inout metadata_t meta) { apply { } }
control D(packet_out packet, in headers_t hdr) { apply { packet.emit(hdr); } }
V1Switch(P(), Verify(), In(), Out(), Compute(), D()) main;
