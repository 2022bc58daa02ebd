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

#endif
