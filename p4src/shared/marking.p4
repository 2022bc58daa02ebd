// SPDX-License-Identifier: Apache-2.0
#ifndef MARKING_P4
#define MARKING_P4

#include "headers.p4"
#include "ids.p4"

// 802.1Q 6.9.3: the PCP that a priority is transmitted with, and the DSCP where control wants one. How
// the DSCP gets into the frame, and a checksum right with it, is the architecture's part.
control Marking(inout metadata_t meta) {
    @id(ACTION_MARKING_MARK)
    action mark(bit<3> pcp, bit<1> sets_dscp, bit<6> dscp) {
        meta.pcp = pcp;
        meta.sets_dscp = sets_dscp;
        meta.dscp = dscp;
    }

    @id(ACTION_MARKING_BY_PRIORITY)
    action mark_priority() {
        meta.pcp = meta.priority;
    }

    @entry_restriction("
        transmission_port >= 1 && transmission_port <= 8191;
    ")
    @id(TABLE_MARKING)
    table marking {
        key = {
            meta.transmission_port : exact @name("transmission_port");
            meta.priority : exact @name("priority");
        }
        actions = { mark; @defaultonly mark_priority; }
        const default_action = mark_priority();
        size = MARKINGS;
    }

    apply {
        marking.apply();
    }
}

#endif
