// SPDX-License-Identifier: Apache-2.0
#ifndef HEADERS_P4
#define HEADERS_P4

#include "sizes.p4"

const bit<16> TPID_C_TAG = 0x8100;
const bit<16> TPID_S_TAG = 0x88A8;

// What control gives with a packet-out. The marker stands where a frame has its destination
// address: no station has the address 0, so the parser needs to know no CPU port.
@controller_header("packet_out")
header packet_out_t {
    bit<48> marker; // 0
    logical_port_t transmission_port;
}

// What control gets with a packet-in.
@controller_header("packet_in")
header packet_in_t {
    logical_port_t reception_port;
    bit<8> reason; // as the trap's entry says
}

header ethernet_t {
    mac_t dst_addr;
    mac_t src_addr;
    bit<16> ether_type;
}

// 802.1Q 9.6: tag control information, then the EtherType of what is tagged.
header c_tag_t {
    bit<3> pcp;
    bit<1> dei;
    vid_t vid;
    bit<16> ether_type;
}

header s_tag_t {
    bit<3> pcp;
    bit<1> dei;
    vid_t vid;
    bit<16> ether_type;
}

struct headers_t {
    packet_in_t packet_in;
    packet_out_t packet_out;
    ethernet_t ethernet;
    s_tag_t s_tag;             // the S-channel's, while it is received and transmitted
    c_tag_t c_tag;
    s_tag_t carried_s_tag;     // a customer's own, and what is behind it: carried as it is
    c_tag_t carried_c_tag;
}

// Why a frame was discarded: the index of the counters ingress_discards and egress_discards.
// Like ids, numbers are never reused.
enum bit<8> reason_t {
    NONE = 0,
    MALFORMED = 1,            // shorter than its headers
    UNKNOWN_PORT = 2,         // received on a port that control has not put to use
    SOURCE_ADDRESS = 3,       // the source is a group address
    RESERVED_ADDRESS = 4,     // 01-80-C2-00-00-0x and not for this bridge
    FRAME_TYPE = 5,           // not among the port's acceptable frame types
    UNKNOWN_VLAN = 6,         // the VLAN does not exist
    INGRESS_FILTERING = 7,    // the reception port is not a member of the VLAN
    PORT_STATE = 8,           // the port is not forwarding
    RECEPTION_PORT = 9,       // would leave where it came in, reflective relay is off
    EGRESS_MEMBER = 10,       // the transmission port is not a member of the VLAN
    NO_TRANSMISSION_PORT = 11, // the logical port to transmit on does not exist
    CPU_HEADER = 12,          // a packet-out from elsewhere than the CPU, or one without a header
    UNKNOWN_SOURCE = 13,      // learning is forbidden and the source is not known on the port
    UNKNOWN_CHANNEL = 14,     // the S-tag names no S-channel of the port
    SAME_ADDRESS = 15,        // source and destination are the same
    BLACKHOLE = 16,           // a static entry discards frames from and to the address
    BROADCAST_RATE = 17,      // more broadcasts than the port may flood
    MULTICAST_RATE = 18,      // more frames to groups
    UNKNOWN_UNICAST_RATE = 19 // more frames to stations that are not known
}

// 802.1Q 8.4, with the values of dot1dStpPortState left aside: these three are all that a frame meets.
enum bit<2> port_state_t {
    BLOCKING = 0,
    LEARNING = 1,
    FORWARDING = 2
}

// 802.1Q 8.7: what a port does with source addresses.
enum bit<2> mac_learning_t {
    OFF = 0,
    ON = 1,
    FORBIDDEN = 2  // and discards what it does not know
}

// Where the source address of a frame is known to be, as seen from the reception port.
enum bit<3> station_t {
    UNKNOWN = 0,
    HERE = 1,
    ELSEWHERE = 2,        // learnt: it has moved
    STATIC_ELSEWHERE = 3, // by a static entry, which learning never overrides
    BARRED = 4            // nowhere: a static entry bars it
}

// What a frame that is flooded is to the rates of its reception port.
enum bit<2> flood_t {
    NONE = 0,
    BROADCAST = 1,
    MULTICAST = 2,
    UNKNOWN_UNICAST = 3
}

// Which metadata a sample keeps of the frame that it is a copy of.
const bit<8> SAMPLE_FIELDS = 1;

// What control learns from. No bool: bmv2's digests cannot hold one.
struct learn_t {
    logical_port_t logical_port;
    fid_t fid;
    mac_t src_addr;
}

// What becomes of a frame, for egress to know.
enum bit<2> path_t {
    RELAY = 0,     // bridged: VLAN, port state and reflective relay apply
    TO_CPU = 1,    // trapped, as received
    FROM_CPU = 2   // packet-out, transmitted as it is
}

struct metadata_t {
    path_t path;
    reason_t reason;
    @field_list(SAMPLE_FIELDS)
    logical_port_t reception_port;
    logical_port_t transmission_port; // 0: not known, flood
    port_t port;                      // the physical port to transmit on
    bit<1> reflective_relay;          // of the reception port
    bit<1> s_component;               // the physical port carries S-channels
    sampling_t sampling;              // of the reception port
    flood_t flood;
    bit<1> admit_tagged;
    bit<1> admit_untagged;
    bit<1> ingress_filtering;
    mac_learning_t mac_learning;
    vid_t pvid;
    vid_t vid;
    bit<3> pcp;
    bit<1> dei;
    fid_t fid;
    mstid_t mstid;
    group_t group;                    // the VLAN's multicast group
    port_state_t state;
    station_t station;
    bit<1> learn;
    bit<8> trap_reason;
}

#endif
