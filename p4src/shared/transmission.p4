// SPDX-License-Identifier: Apache-2.0
#ifndef TRANSMISSION_P4
#define TRANSMISSION_P4

#include "headers.p4"
#include "ids.p4"

// From the logical port to the physical one, for unicast and packet-out; a replica has its own.
control Transmission(inout metadata_t meta) {
    @id(ACTION_TRANSMISSION_TRANSMIT)
    action transmit(port_t port) {
        meta.port = port;
    }

    @id(ACTION_TRANSMISSION_DISCARD)
    action no_port() {
        DISCARD(NO_TRANSMISSION_PORT);
    }

    @entry_restriction("
        transmission_port >= 1 && transmission_port <= 8191;
    ")
    @id(TABLE_TRANSMISSION)
    table transmission {
        key = { meta.transmission_port : exact @name("transmission_port"); }
        actions = { transmit; @defaultonly no_port; }
        const default_action = no_port();
        size = LOGICAL_PORTS;
    }

    apply {
        transmission.apply();
    }
}

#endif
