// SPDX-License-Identifier: Apache-2.0
// Widths and sizes, in this place only.
#ifndef SIZES_P4
#define SIZES_P4

// A physical port: P4Runtime's port number on v1model and TNA targets alike.
typedef bit<9> port_t;

// A logical port is what a bridge calls a port: a physical port (later: or an aggregation),
// optionally together with one S-channel on it. Control assigns the numbers; 0 never.
// As wide as a replica's instance, so that a replica carries it.
typedef bit<16> logical_port_t;

typedef bit<48> mac_t;
typedef bit<12> vid_t;
typedef bit<16> fid_t;
typedef bit<12> mstid_t;
typedef bit<16> group_t;

// How likely a frame is to be sampled, in 2^-24.
typedef bit<24> sampling_t;

// What the access lists of one attachment point are known as, all of them in their order; 0: none.
typedef bit<12> access_list_t;

// A set of mirror sessions, a bit each. What a frame is copied to is the clone session of this number.
typedef bit<4> mirrors_t;

// A policer that entries of access lists share; 0: none.
typedef bit<10> policer_t;

#define PORTS 512
#define LOGICAL_PORTS 8192
#define FLOOD_CLASSES 4 // of each logical port
#define S_CHANNELS 7680
#define VLANS 4096
#define VLAN_MEMBERS 65536
#define PORT_STATES 65536
#define FDB_ENTRIES 65536
#define TRAPS 64
#define REASONS 64
#define PORT_ATTACHMENTS 8192
#define VLAN_ATTACHMENTS 4096
#define ACES 1024
// On TNA a table of them has the 1,024 rows of one stage; an entry with a range of ports takes up to
// seven rows.
#define TNA_ACES 832
#define TNA_ACES_WITH_RANGES 32
#define MIRROR_SESSIONS 16
#define POLICERS 1024
#define COLORS 4 // of each policer
#define DECODINGS 8192
#define MARKINGS 8192
#define PRIORITIES 8

#endif
