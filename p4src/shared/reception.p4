// SPDX-License-Identifier: Apache-2.0
#ifndef RECEPTION_P4
#define RECEPTION_P4

#include "headers.p4"
#include "ids.p4"

// From the physical port to the logical one and its parameters. A frame without an S-tag, with a
// priority S-tag or with S-VID 1 is of the port's default channel, which is the port itself.
control Reception(in port_t port, inout metadata_t meta) {
    @id(ACTION_RECEPTION_RECEIVE)
    action receive(logical_port_t logical_port, vid_t pvid, bit<1> admit_tagged,
                   bit<1> admit_untagged, bit<1> ingress_filtering, bit<1> reflective_relay,
                   mac_learning_t mac_learning, bit<1> s_component, sampling_t sampling) {
        meta.reception_port = logical_port;
        meta.pvid = pvid;
        meta.admit_tagged = admit_tagged;
        meta.admit_untagged = admit_untagged;
        meta.ingress_filtering = ingress_filtering;
        meta.reflective_relay = reflective_relay;
        meta.mac_learning = mac_learning;
        meta.s_component = s_component;
        meta.sampling = sampling;
    }

    @id(ACTION_RECEPTION_CHANNELS_ONLY)
    action channels_only() {
        meta.s_component = 1;
        DISCARD(UNKNOWN_PORT);
    }

    @id(ACTION_RECEPTION_FROM_CPU)
    action from_cpu() {
        meta.path = path_t.FROM_CPU;
    }

    @id(ACTION_RECEPTION_DISCARD)
    action discard() {
        DISCARD(UNKNOWN_PORT);
    }

    @entry_restriction("
        port >= 1 && port <= 510;
    ")
    @id(TABLE_RECEPTION)
    table reception {
        key = { port : exact @name("port"); }
        actions = { receive; from_cpu; channels_only; @defaultonly discard; }
        const default_action = discard();
        size = PORTS;
    }

    apply {
        reception.apply();
    }
}

#endif
