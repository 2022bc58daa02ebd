// SPDX-License-Identifier: Apache-2.0
// A small VLAN bridge: what the engine's tests and its benchmark run.
#include <core.p4>
#include <v1model.p4>

header ethernet_t { bit<48> dst; bit<48> src; bit<16> type; }
header tag_t { bit<3> pcp; bit<1> dei; bit<12> vid; bit<16> type; }
struct headers_t { ethernet_t ethernet; tag_t tag; }
struct learn_t { bit<48> address; bit<12> vid; bit<9> port; }
struct metadata_t { bit<12> vid; bit<12> pvid; bit<16> group; bit<9> reception; }

parser P(packet_in packet, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t std) {
    state start {
        packet.extract(hdr.ethernet);
        transition select(hdr.ethernet.type) { 0x8100: tag; default: accept; }
    }
    state tag { packet.extract(hdr.tag); transition accept; }
}
control Verify(inout headers_t hdr, inout metadata_t meta) { apply { } }
control In(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t std) {
    counter(512, CounterType.packets_and_bytes) received;
    direct_counter(CounterType.packets_and_bytes) fdb_hits;
    action drop() { mark_to_drop(std); }
    action receive(bit<12> pvid) { meta.pvid = pvid; }
    table ports {
        key = { std.ingress_port : exact; }
        actions = { receive; drop; }
        const default_action = drop();
        size = 512;
    }
    action group(bit<16> id) { meta.group = id; }
    table vlans {
        key = { meta.vid : exact; }
        actions = { group; drop; }
        default_action = drop();
        size = 4096;
    }
    action known() { }
    action learn() { digest<learn_t>(1, { hdr.ethernet.src, meta.vid, std.ingress_port }); }
    table sources {
        key = { hdr.ethernet.src : exact; meta.vid : exact; std.ingress_port : exact; }
        actions = { known; learn; }
        default_action = known();
        size = 65536;
    }
    action forward(bit<9> port) { std.egress_spec = port; }
    action flood() { std.mcast_grp = meta.group; }
    table fdb {
        key = { hdr.ethernet.dst : exact; meta.vid : exact; }
        actions = { forward; flood; }
        default_action = flood();
        counters = fdb_hits;
        size = 65536;
    }
    apply {
        if (ports.apply().hit) {
            received.count((bit<32>) std.ingress_port);
            meta.reception = std.ingress_port;
            meta.vid = meta.pvid;
            if (hdr.tag.isValid() && hdr.tag.vid != 0) { meta.vid = hdr.tag.vid; }
            switch (vlans.apply().action_run) {
                group: { sources.apply(); fdb.apply(); }
                drop: { exit; }
            }
        }
    }
}
control Out(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t std) {
    action tagged() {
        if (!hdr.tag.isValid()) {
            hdr.tag.setValid();
            hdr.tag.type = hdr.ethernet.type;
            hdr.ethernet.type = 0x8100;
        }
        hdr.tag.vid = meta.vid;
    }
    action untagged() {
        if (hdr.tag.isValid()) {
            hdr.ethernet.type = hdr.tag.type;
            hdr.tag.setInvalid();
        }
    }
    table members {
        key = { std.egress_port : exact; meta.vid : exact; }
        actions = { tagged; untagged; }
        default_action = untagged();
        size = 65536;
    }
    apply {
        if (std.instance_type == 5 && std.egress_port == meta.reception) { mark_to_drop(std); }
        members.apply();
    }
}
control Compute(inout headers_t hdr, inout metadata_t meta) { apply { } }
control Deparse(packet_out packet, in headers_t hdr) { apply { packet.emit(hdr); } }
V1Switch(P(), Verify(), In(), Out(), Compute(), Deparse()) main;
