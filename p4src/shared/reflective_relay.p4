// SPDX-License-Identifier: Apache-2.0
#ifndef REFLECTIVE_RELAY_P4
#define REFLECTIVE_RELAY_P4

#include "headers.p4"

// 802.1Q 8.6.1: the reception port is a potential transmission port only where its reflective
// relay is on. The one place that decides it: ingress applies it to unicast, egress to replicas.
// It holds no table, no extern and nothing with an id, because it is applied twice.
control ReflectiveRelay(in logical_port_t reception_port,
                        in logical_port_t transmission_port,
                        in bit<1> reflective_relay,
                        inout reason_t reason) {
    apply {
        if (reception_port == transmission_port && reflective_relay == 0) {
            reason = reason_t.RECEPTION_PORT;
        }
    }
}

#endif
