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

header ipv4_t {
    bit<4> version;
    bit<4> ihl;
    bit<6> dscp;
    bit<2> ecn;
    bit<16> length;
    bit<16> identification;
    bit<3> flags;
    bit<13> fragment_offset;
    bit<8> ttl;
    bit<8> protocol;
    bit<16> checksum;
    bit<32> src_addr;
    bit<32> dst_addr;
}

header ipv4_options_t {
    varbit<320> options;
}

// Addresses in halves, so that nothing is wider than 64 bits.
header ipv6_t {
    bit<4> version;
    bit<6> dscp;
    bit<2> ecn;
    bit<20> flow_label;
    bit<16> length;
    bit<8> next_header;
    bit<8> hop_limit;
    bit<64> src_addr_high;
    bit<64> src_addr_low;
    bit<64> dst_addr_high;
    bit<64> dst_addr_low;
}

header tcp_t {
    bit<16> src_port;
    bit<16> dst_port;
    bit<32> sequence_number;
    bit<32> acknowledgement_number;
    bit<4> data_offset;
    bit<4> reserved;
    bit<8> flags;
    bit<16> window_size;
    bit<16> checksum;
    bit<16> urgent_pointer;
}

header udp_t {
    bit<16> src_port;
    bit<16> dst_port;
    bit<16> length;
    bit<16> checksum;
}

// ICMP and ICMPv6.
header icmp_t {
    bit<8> type;
    bit<8> code;
    bit<16> checksum;
}

// IPv6 hop-by-hop options of the shortest length, in which MLD has its router alert.
header hop_by_hop_t {
    bit<8> next_header;
    bit<8> length;
    bit<48> options;
}

// The beginning of an IGMP or MLD message.
header membership_t {
    bit<8> type;
    bit<8> code;
    bit<16> checksum;
}

struct headers_t {
    packet_in_t packet_in;
    packet_out_t packet_out;
    ethernet_t ethernet;
    c_tag_t mirror_tag;        // of the remote VLAN that a copy goes to
    s_tag_t s_tag;             // the S-channel's, while it is received and transmitted
    c_tag_t c_tag;
    s_tag_t carried_s_tag;     // a customer's own, and what is behind it: carried as it is
    c_tag_t carried_c_tag;
    ipv4_t ipv4;
    ipv4_options_t ipv4_options;
    ipv6_t ipv6;
    hop_by_hop_t hop_by_hop;
    tcp_t tcp;
    udp_t udp;
    icmp_t icmp;
    membership_t membership;
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
    UNKNOWN_UNICAST_RATE = 19, // more frames to stations that are not known
    ACCESS_LIST = 30,         // an access list drops it
    POLICER = 31,             // more than a policer lets through
    UNREGISTERED_GROUP = 46   // nobody is known to want the group, and the VLAN filters such
}

// How a block discards a frame, and takes that back. Where nothing waits for a verdict, each reason is
// a flag of its own, and the first is found at the end.
#ifdef DISCARDS_BY_FLAG
struct discards_t {
    bit<1> MALFORMED;
    bit<1> UNKNOWN_PORT;
    bit<1> SOURCE_ADDRESS;
    bit<1> RESERVED_ADDRESS;
    bit<1> FRAME_TYPE;
    bit<1> UNKNOWN_VLAN;
    bit<1> INGRESS_FILTERING;
    bit<1> PORT_STATE;
    bit<1> RECEPTION_PORT;
    bit<1> EGRESS_MEMBER;
    bit<1> NO_TRANSMISSION_PORT;
    bit<1> CPU_HEADER;
    bit<1> UNKNOWN_SOURCE;
    bit<1> UNKNOWN_CHANNEL;
    bit<1> SAME_ADDRESS;
    bit<1> BLACKHOLE;
    bit<1> BROADCAST_RATE;
    bit<1> MULTICAST_RATE;
    bit<1> UNKNOWN_UNICAST_RATE;
    bit<1> ACCESS_LIST;
    bit<1> POLICER;
    bit<1> UNREGISTERED_GROUP;
}
#define DISCARD(why) meta.discards.why = 1
#define KEEP(why) meta.discards.why = 0
#else
#define DISCARD(why) meta.reason = reason_t.why
#define KEEP(why) meta.reason = reason_t.NONE
#endif

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

// The instance that control gives the replica which it gets itself: no logical port.
const bit<16> TO_CONTROL = 0;

// The clone session of a sample, the instance that control gives the copy which it is, and its reason
// as a packet-in.
const bit<32> SAMPLE_SESSION = 100;
const bit<16> SAMPLE = 0xFFFF;
const bit<8> PACKET_IN_SAMPLE = 2;

// Which metadata a sample keeps of the frame that it is a copy of, where an annotation says so (v1model).
const bit<8> SAMPLE_FIELDS = 1;

// What control learns from. No bool: bmv2's digests cannot hold one.
struct learn_t {
    logical_port_t logical_port;
    fid_t fid;
    mac_t src_addr;
}

// What an access list matches beyond layer 2. Fields of a header that is not there, not whole or
// not of this version are 0, and so is what tells that it is there.
enum bit<2> ip_t {
    NONE = 0,
    IPV4 = 1,
    IPV6 = 2
}

enum bit<2> transport_t {
    NONE = 0,
    TCP = 1,
    UDP = 2,
    ICMP = 3
}

struct packet_fields_t {
    ip_t ip;
    bit<64> ip_src_high;
    bit<64> ip_src_low;  // an IPv4 address stands here
    bit<64> ip_dst_high;
    bit<64> ip_dst_low;
    bit<6> dscp;
    bit<2> ecn;
    bit<8> ttl;
    bit<8> protocol;
    transport_t transport;
    bit<16> src_port;    // or the ICMP type
    bit<16> dst_port;    // or the ICMP code
    bit<8> tcp_flags;
}

// What the entry of an access list that matched wants.
struct ace_t {
    bit<1> drop;
    logical_port_t redirect; // 0: nowhere
    mirrors_t mirrors;
    policer_t policer;
    bit<1> sets_priority;
    bit<3> priority;
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
    group_t group;                    // the multicast group to replicate to: the VLAN's, or another
    group_t unregistered;             // of frames to groups that are not registered; 0: none
    group_t queries;                  // of IGMP and MLD queries
    group_t reports;                  // of IGMP and MLD reports
    bit<1> registered;                // the destination is a group that is registered
    port_state_t state;
    station_t station;
    bit<1> learn;
    bit<8> trap_reason;
    bit<1> layer2;                    // all tags are whole: what is too short behind them is bridged
    bit<16> ether_type;               // behind the tags
    packet_fields_t fields;
    access_list_t port_access_list;
    access_list_t vlan_access_list;
    ace_t ace;
    mirrors_t mirrors;
    bit<32> sample_session;           // 0: not sampled
    bit<1> has_pcp;                   // an S-channel's tag gave one
    bit<1> trust_pcp;
    bit<1> trust_dscp;
    bit<1> police_port;
    bit<1> police_vlan;
    bit<3> priority;
    bit<3> traffic_class;
    bit<1> sets_dscp;
    bit<6> dscp;
#ifdef DISCARDS_BY_FLAG
    discards_t discards;
#endif
}

#endif
