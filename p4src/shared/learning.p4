// SPDX-License-Identifier: Apache-2.0
#ifndef LEARNING_P4
#define LEARNING_P4

#include "headers.p4"
#include "ids.p4"

// 802.1Q 8.7: what follows from where the source is known to be and what the port may learn. How
// the source is looked up and how control hears of it is the architecture's part.
control Learning(inout metadata_t meta) {
    @id(ACTION_LEARNING_LEARN)
    action learn() {
        meta.learn = 1;
    }

    @id(ACTION_LEARNING_IGNORE)
    action ignore() { }

    @id(ACTION_LEARNING_DISCARD)
    action forbid() {
        DISCARD(UNKNOWN_SOURCE);
    }

    @id(ACTION_LEARNING_BAR)
    action bar() {
        DISCARD(BLACKHOLE);
    }

    @id(TABLE_LEARNING)
    table learning {
        key = {
            meta.mac_learning : exact @name("mac_learning");
            meta.station : exact @name("station");
        }
        actions = { learn; ignore; forbid; bar; }
        const default_action = ignore();
        const entries = {
            (mac_learning_t.ON, station_t.UNKNOWN) : learn();
            (mac_learning_t.ON, station_t.ELSEWHERE) : learn();
            (mac_learning_t.FORBIDDEN, station_t.UNKNOWN) : forbid();
            (mac_learning_t.FORBIDDEN, station_t.ELSEWHERE) : forbid();
            (mac_learning_t.FORBIDDEN, station_t.STATIC_ELSEWHERE) : forbid();
            (mac_learning_t.OFF, station_t.BARRED) : bar();
            (mac_learning_t.ON, station_t.BARRED) : bar();
            (mac_learning_t.FORBIDDEN, station_t.BARRED) : bar();
        }
    }

    apply {
        learning.apply();
    }
}

#endif
