// SPDX-License-Identifier: Apache-2.0
#ifndef SAMPLING_P4
#define SAMPLING_P4

#include "../shared/headers.p4"
#include "../shared/ids.p4"

// Copies frames at random, as they were received, to where control has the clone session go: the
// CPU port. A target makes one copy of a frame: what is mirrored besides has a session of its own.
control Sampling(inout metadata_t meta) {
    @id(COUNTER_SAMPLED)
    counter(LOGICAL_PORTS, CounterType.packets) sampled;

    apply {
        sampling_t chance = 0;
        random(chance, 0, 0xFFFFFF);
        if (chance < meta.sampling) {
            sampled.count((bit<32>) meta.reception_port);
            meta.sample_session = SAMPLE_SESSION;
        }
    }
}

#endif
