// SPDX-License-Identifier: Apache-2.0
#ifndef FLOOD_RATES_P4
#define FLOOD_RATES_P4

#include "../shared/headers.p4"
#include "../shared/ids.p4"

// How much a port may flood, and how much of that may be reflected: what floods and reflects is what
// goes round in a loop. A rate that control has not set limits nothing. A frame above the rate of
// its class is discarded; one above the rate of reflection is flooded and not reflected, because
// the decision of reflective relay reads what is written here.
control FloodRates(inout metadata_t meta) {
    const bit<2> RED = 2;

    @id(METER_FLOOD_RATE)
    meter(FLOOD_CLASSES * LOGICAL_PORTS, MeterType.packets) flood_rate;
    @id(METER_REFLECTION_RATE)
    meter(LOGICAL_PORTS, MeterType.packets) reflection_rate;
    @id(COUNTER_FLOOD_DISCARDS)
    counter(FLOOD_CLASSES * LOGICAL_PORTS, CounterType.packets_and_bytes) flood_discards;
    @id(COUNTER_REFLECTION_LIMITED)
    counter(LOGICAL_PORTS, CounterType.packets_and_bytes) reflection_limited;

    apply {
        bit<2> color = 0;
        bit<32> index = (bit<32>) (meta.reception_port ++ (bit<2>) meta.flood);
        flood_rate.execute_meter(index, color);
        if (color == RED) {
            flood_discards.count(index);
            if (meta.flood == flood_t.BROADCAST) {
                meta.reason = reason_t.BROADCAST_RATE;
            } else if (meta.flood == flood_t.MULTICAST) {
                meta.reason = reason_t.MULTICAST_RATE;
            } else {
                meta.reason = reason_t.UNKNOWN_UNICAST_RATE;
            }
        } else if (meta.reflective_relay == 1) {
            reflection_rate.execute_meter((bit<32>) meta.reception_port, color);
            if (color == RED) {
                reflection_limited.count((bit<32>) meta.reception_port);
                meta.reflective_relay = 0;
            }
        }
    }
}

#endif
