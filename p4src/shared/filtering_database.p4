// SPDX-License-Identifier: Apache-2.0
#ifndef FILTERING_DATABASE_P4
#define FILTERING_DATABASE_P4

#include "headers.p4"
#include "ids.p4"

// 802.1Q 8.8: where a destination is, by (FID, address): behind one port, or for a group that is
// registered behind those of its multicast group. What is not in it is flooded in its VLAN; the rates
// of the reception port are about all that is replicated.
control FilteringDatabase(in headers_t hdr, inout metadata_t meta) {
    @id(ACTION_FDB_FORWARD)
    action forward(logical_port_t logical_port) {
        meta.transmission_port = logical_port;
    }

    @id(ACTION_FDB_FLOOD)
    action flood() {
        meta.transmission_port = 0;
    }

    @id(ACTION_FDB_BLACKHOLE)
    action blackhole() {
        DISCARD(BLACKHOLE);
    }

    @id(ACTION_FDB_FORWARD_GROUP)
    action forward_group(group_t group) {
        meta.group = group;
        meta.registered = 1;
    }

    @entry_restriction("
        fid != 0;
        dst_addr != 0;
    ")
    @id(TABLE_FDB)
    table fdb {
        key = {
            meta.fid : exact @name("fid");
            hdr.ethernet.dst_addr : exact @name("dst_addr");
        }
        actions = { forward; blackhole; forward_group; @defaultonly flood; }
        const default_action = flood();
        size = FDB_ENTRIES;
    }

    apply {
        fdb.apply();
        if (meta.reason == reason_t.NONE && meta.transmission_port == 0) {
            if (hdr.ethernet.dst_addr[40:40] == 0) {
                meta.flood = flood_t.UNKNOWN_UNICAST;
            } else if (hdr.ethernet.dst_addr[47:16] != 0xFFFFFFFF) {
                meta.flood = flood_t.MULTICAST;
            } else if (hdr.ethernet.dst_addr[15:0] != 0xFFFF) { // an ASIC compares 44 bits at once
                meta.flood = flood_t.MULTICAST;
            } else {
                meta.flood = flood_t.BROADCAST;
            }
        }
    }
}

#endif
