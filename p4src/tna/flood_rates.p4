// SPDX-License-Identifier: Apache-2.0
#ifndef TNA_FLOOD_RATES_P4
#define TNA_FLOOD_RATES_P4

#include "headers.p4"
#include "../shared/ids.p4"

// How much a port may flood, and how much of that may be reflected: what floods and reflects is what
// goes round in a loop. A rate that control has not set limits nothing. A frame above the rate of
// its class is discarded; one above the rate of reflection is flooded and not reflected, because
// the decision of reflective relay in egress reads what is written here.
control FloodRates(inout metadata_t meta, in bit<18> index, inout bit<1> reflective_relay) {
    @id(METER_FLOOD_RATE)
    Meter<bit<18>>(FLOOD_CLASSES * LOGICAL_PORTS, MeterType_t.PACKETS, RED, YELLOW,
                   GREEN) flood_rate;
    @id(METER_REFLECTION_RATE)
    Meter<logical_port_t>(LOGICAL_PORTS, MeterType_t.PACKETS, RED, YELLOW,
                          GREEN) reflection_rate;
    @id(COUNTER_FLOOD_DISCARDS)
    Counter<bit<64>, bit<18>>(FLOOD_CLASSES * LOGICAL_PORTS,
                              CounterType_t.PACKETS_AND_BYTES) flood_discards;
    @id(COUNTER_REFLECTION_LIMITED)
    Counter<bit<64>, logical_port_t>(LOGICAL_PORTS,
                                     CounterType_t.PACKETS_AND_BYTES) reflection_limited;

    apply {
        if (flood_rate.execute(index) == RED) {
            flood_discards.count(index);
            if (meta.flood == flood_t.BROADCAST) {
                DISCARD(BROADCAST_RATE);
            } else if (meta.flood == flood_t.MULTICAST) {
                DISCARD(MULTICAST_RATE);
            } else {
                DISCARD(UNKNOWN_UNICAST_RATE);
            }
        } else if (meta.reflective_relay == 1) {
            if (reflection_rate.execute(meta.reception_port) == RED) {
                reflection_limited.count(meta.reception_port);
                reflective_relay = 0;
            }
        }
    }
}

#endif
