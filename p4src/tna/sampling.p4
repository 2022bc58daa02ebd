// SPDX-License-Identifier: Apache-2.0
#ifndef TNA_SAMPLING_P4
#define TNA_SAMPLING_P4

#include "headers.p4"
#include "../shared/ids.p4"

// Copies frames at random, as they were received, to where control has the clone session go: the
// CPU port. A target makes one copy of a frame: what is mirrored besides has a session of its own.
control Sampling(inout metadata_t meta, inout steps_t steps) {
    Random<sampling_t>() random;

    @id(COUNTER_SAMPLED)
    Counter<bit<64>, logical_port_t>(LOGICAL_PORTS, CounterType_t.PACKETS) sampled;

    // A condition compares with constants only: what is left of the one above the other is not 0 where
    // it is greater.
    @hidden
    action compare() {
        steps.margin = (bit<32>) meta.sampling |-| steps.chance;
    }

    // Apart from the count: an action without a table's key has room for one of the two.
    @hidden
    action sample() {
        meta.sample_session = SAMPLE_SESSION;
    }

    apply {
        steps.chance = (bit<32>) random.get();
        compare();
        if (steps.margin != 0) {
            sampled.count(meta.reception_port);
            sample();
        }
    }
}

#endif
