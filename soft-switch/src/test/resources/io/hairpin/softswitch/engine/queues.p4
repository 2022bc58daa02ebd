// What queues do: a packet asks for its port, priority and copies, and is told how it waited.
#include <core.p4>
#include <v1model.p4>

header request_t {
    bit<8> port;
    bit<8> priority;
    bit<8> what;   // 1: multicast group 1; 2: clone to session 5 too; 3: recirculate; 4: cut to 4 bytes
    bit<8> mark;
}

header waited_t {
    bit<8> priority;
    bit<8> enq_qdepth;
    bit<8> deq_qdepth;
    bit<16> enq_timestamp;
    bit<16> deq_timedelta;
}

struct headers_t {
    request_t request;
    waited_t waited;
}

struct metadata_t {
    @field_list(1)
    bit<8> kept;
}

parser P(packet_in packet, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t std) {
    state start {
        packet.extract(hdr.request);
        transition accept;
    }
}

control Verify(inout headers_t hdr, inout metadata_t meta) { apply {} }

control In(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t std) {
    apply {
        std.egress_spec = (bit<9>) hdr.request.port;
        std.priority = (bit<3>) hdr.request.priority;
        if (hdr.request.what == 1) {
            std.mcast_grp = 1;
        } else if (hdr.request.what == 2) {
            clone(CloneType.I2E, 5);
        }
    }
}

control Out(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t std) {
    apply {
        hdr.waited.setValid();
        hdr.waited.priority = (bit<8>) std.priority;
        hdr.waited.enq_qdepth = (bit<8>) std.enq_qdepth;
        hdr.waited.deq_qdepth = (bit<8>) std.deq_qdepth;
        hdr.waited.enq_timestamp = (bit<16>) std.enq_timestamp;
        hdr.waited.deq_timedelta = (bit<16>) std.deq_timedelta;
        if (hdr.request.what == 3) {
            hdr.request.what = 0;
            hdr.waited.setInvalid();
            recirculate_preserving_field_list(1);
        } else if (hdr.request.what == 4) {
            truncate(4);
        }
    }
}

control Update(inout headers_t hdr, inout metadata_t meta) { apply {} }

control Deparse(packet_out packet, in headers_t hdr) {
    apply {
        packet.emit(hdr.request);
        packet.emit(hdr.waited);
    }
}

V1Switch(P(), Verify(), In(), Out(), Update(), Deparse()) main;
