// SPDX-License-Identifier: Apache-2.0
#ifndef SOURCE_P4
#define SOURCE_P4

#include "../shared/headers.p4"
#include "../shared/ids.p4"
#include "../shared/learning.p4"

// Where a source is known to be, by (FID, address). The target notifies control of entries that were
// idle for their time-out, and the counter tells which are in use; the digest tells what to learn. Control writes this entry after the one in fdb, so that an
// address of which a write was lost is learnt again.
control Source(in headers_t hdr, inout metadata_t meta) {
    Learning() learning;

    @id(COUNTER_SOURCE_SEEN)
    direct_counter(CounterType.packets) source_seen;

    @id(ACTION_SOURCE_KNOWN)
    action known(logical_port_t logical_port, bit<1> is_static) {
        source_seen.count();
        if (logical_port == meta.reception_port) {
            meta.station = station_t.HERE;
        } else if (is_static == 1) {
            meta.station = station_t.STATIC_ELSEWHERE;
        } else {
            meta.station = station_t.ELSEWHERE;
        }
    }

    @id(ACTION_SOURCE_BARRED)
    action barred() {
        source_seen.count();
        meta.station = station_t.BARRED;
    }

    @id(ACTION_SOURCE_UNKNOWN)
    action unknown() {
        source_seen.count();
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
        support_timeout = true;
        size = FDB_ENTRIES;
    }

    apply {
        source.apply();
        learning.apply(meta);
        if (meta.learn == 1) {
            digest<learn_t>(1, { meta.reception_port, meta.fid, hdr.ethernet.src_addr });
        }
    }
}

#endif
