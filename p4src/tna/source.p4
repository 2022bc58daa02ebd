// SPDX-License-Identifier: Apache-2.0
#ifndef TNA_SOURCE_P4
#define TNA_SOURCE_P4

#include "headers.p4"
#include "../shared/ids.p4"
#include "../shared/learning.p4"

// Where a source is known to be, by (FID, address). The counter and idle time-outs tell control which
// entries are in use; the digest, which the deparser sends, tells it what to learn. Control writes
// this entry after the one in fdb, so that an address of which a write was lost is learnt again.
control Source(in headers_t hdr, inout metadata_t meta, inout steps_t steps) {
    Learning() learning;

    @id(COUNTER_SOURCE_SEEN)
    DirectCounter<bit<32>>(CounterType_t.PACKETS) source_seen;

    @id(ACTION_SOURCE_KNOWN)
    action known(logical_port_t logical_port, bit<1> is_static) {
        source_seen.count();
        meta.station = station_t.ELSEWHERE;
        steps.known_port = logical_port;
        steps.known_static = is_static;
    }

    @id(ACTION_SOURCE_BARRED)
    action barred() {
        source_seen.count();
        meta.station = station_t.BARRED;
    }

    @id(ACTION_SOURCE_UNKNOWN)
    action unknown() {
        meta.station = station_t.UNKNOWN;
    }

    @entry_restriction("
        fid != 0;
        src_addr != 0;
    ")
    @id(TABLE_SOURCE)
    table source {
        key = {
            meta.fid : exact @name("fid");
            hdr.ethernet.src_addr : exact @name("src_addr");
        }
        actions = { known; barred; @defaultonly unknown; }
        const default_action = unknown();
        counters = source_seen;
        idle_timeout = true;
        size = FDB_ENTRIES;
    }

    apply {
        source.apply();
        // An action has no conditions: what it gives is compared behind the table.
        if (meta.station == station_t.ELSEWHERE) {
            if (steps.known_port == meta.reception_port) {
                meta.station = station_t.HERE;
            } else if (steps.known_static == 1) {
                meta.station = station_t.STATIC_ELSEWHERE;
            }
        }
        learning.apply(meta);
    }
}

#endif
