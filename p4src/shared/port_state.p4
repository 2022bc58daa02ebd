// SPDX-License-Identifier: Apache-2.0
#ifndef PORT_STATE_P4
#define PORT_STATE_P4

#include "headers.p4"
#include "ids.p4"

// 802.1Q 8.4: only a forwarding port relays. The state is that of the port in the VLAN's spanning
// tree instance; a port without one is blocking. Ingress and egress each hold their own copy.
control IngressState(inout metadata_t meta) {
    @id(ACTION_INGRESS_STATE_SET)
    action set_ingress_state(port_state_t state) {
        meta.state = state;
    }

    @id(ACTION_INGRESS_STATE_BLOCKING)
    action ingress_blocking() {
        meta.state = port_state_t.BLOCKING;
    }

    @entry_restriction("
        reception_port >= 1 && reception_port <= 8191;
    ")
    @id(TABLE_INGRESS_STATE)
    table ingress_state {
        key = {
            meta.reception_port : exact @name("reception_port");
            meta.mstid : exact @name("mstid");
        }
        actions = { set_ingress_state; @defaultonly ingress_blocking; }
        const default_action = ingress_blocking();
        size = PORT_STATES;
    }

    apply {
        ingress_state.apply();
        if (meta.state != port_state_t.FORWARDING) {
            DISCARD(PORT_STATE);
        }
    }
}

control EgressState(inout metadata_t meta) {
    @id(ACTION_EGRESS_STATE_SET)
    action set_egress_state(port_state_t state) {
        meta.state = state;
    }

    @id(ACTION_EGRESS_STATE_BLOCKING)
    action egress_blocking() {
        meta.state = port_state_t.BLOCKING;
    }

    @entry_restriction("
        transmission_port >= 1 && transmission_port <= 8191;
    ")
    @id(TABLE_EGRESS_STATE)
    table egress_state {
        key = {
            meta.transmission_port : exact @name("transmission_port");
            meta.mstid : exact @name("mstid");
        }
        actions = { set_egress_state; @defaultonly egress_blocking; }
        const default_action = egress_blocking();
        size = PORT_STATES;
    }

    apply {
        egress_state.apply();
        if (meta.state != port_state_t.FORWARDING) {
            DISCARD(PORT_STATE);
        }
    }
}

#endif
