// SPDX-License-Identifier: Apache-2.0
#ifndef TNA_HEADERS_P4
#define TNA_HEADERS_P4

#include "../shared/headers.p4"

// What comes to egress, by its first octet.
enum bit<8> arrival_t {
    FRAME = 0,
    COPY = 1 // of a mirror session or a sample, made in ingress or in egress
}

// What ingress tells egress of a frame. What an action writes of an octet, or of the two of a tag, has
// two sources at most.
header bridged_t {
    arrival_t arrival;
    @padding bit<6> pad_path;
    path_t path;
    @padding bit<7> pad_reflective_relay;
    bit<1> reflective_relay;
    @padding bit<5> pad_priority;
    bit<3> priority;
    @padding bit<3> pad_vid;          // DEI and VID as in a tag
    bit<1> dei;
    vid_t vid;
    @padding bit<4> pad_mstid;
    mstid_t mstid;
    logical_port_t reception_port;
    logical_port_t transmission_port; // 0: replicated, each replica has its own
    bit<8> trap_reason;
}

// What a copy keeps of the frame that it is a copy of.
header copy_t {
    arrival_t arrival;
    logical_port_t reception_port;
}

// What they add to the length of a frame in egress, which counters of octets leave out.
const bit<32> BRIDGED_OCTETS = 13;
const bit<32> COPY_OCTETS = 3;

// What meters say, in v1model's numbers.
const bit<8> GREEN = 0;
const bit<8> YELLOW = 1;
const bit<8> RED = 2;

// drop_ctl: neither unicast nor replicas; copies for mirror sessions are made all the same.
const bit<3> DROP = 1;

struct tna_headers_t {
    bridged_t bridged;
    copy_t copy;
    headers_t frame;
}

// What blocks keep between their steps. It is 0 to begin with: a value that is set where it is
// declared would be one step more.
struct steps_t {
    ace_t of_vlan;            // what the VLAN's access list wants
    bit<18> flood_index;      // of the port's rate and its counter
    bit<8> by_port;           // what the policers say
    bit<8> by_vlan;
    bit<8> by_ace;
    bit<32> chance;           // of the sampling, and how much the rate is above it
    bit<32> margin;
    logical_port_t known_port; // where the source is known to be, and whether by a static entry
    bit<1> known_static;
}

struct tna_metadata_t {
    metadata_t meta;
    steps_t steps;
    arrival_t copy;           // what a copy of this frame is to egress
    MirrorId_t session;       // the mirror session to copy the frame to
    bit<1> updates_checksum;
    bit<16> inverse_checksum; // of the IPv4 header, and the first word of it, as they were
    bit<16> inverse_word;
}

#endif
