// SPDX-License-Identifier: Apache-2.0
#ifndef TNA_VERDICT_P4
#define TNA_VERDICT_P4

#include "headers.p4"

// The first reason to discard a frame in ingress, of those that were found: nothing waited for them.
control Verdict(inout metadata_t meta, in reason_t relayed) {
    @hidden
    action found(reason_t reason) {
        meta.reason = reason;
    }

    @hidden
    action found_nothing() { }

    // What is trapped was looked up in vain, and so was the port of what is replicated. On a port that
    // learns and does not forward the source is asked for first.
    @hidden
    table verdict {
        key = {
            meta.discards.UNKNOWN_CHANNEL : ternary;
            meta.discards.UNKNOWN_PORT : ternary;
            meta.discards.MALFORMED : ternary;
            meta.discards.CPU_HEADER : ternary;
            meta.discards.SOURCE_ADDRESS : ternary;
            meta.discards.SAME_ADDRESS : ternary;
            meta.discards.RESERVED_ADDRESS : ternary;
            meta.path : ternary;
            meta.discards.FRAME_TYPE : ternary;
            meta.discards.UNKNOWN_VLAN : ternary;
            meta.discards.INGRESS_FILTERING : ternary;
            meta.discards.PORT_STATE : ternary;
            meta.discards.ACCESS_LIST : ternary;
            meta.discards.POLICER : ternary;
            meta.discards.UNKNOWN_SOURCE : ternary;
            meta.discards.BLACKHOLE : ternary;
            meta.discards.UNREGISTERED_GROUP : ternary;
            meta.discards.BROADCAST_RATE : ternary;
            meta.discards.MULTICAST_RATE : ternary;
            meta.discards.UNKNOWN_UNICAST_RATE : ternary;
            relayed : ternary;
            meta.transmission_port : ternary;
            meta.discards.NO_TRANSMISSION_PORT : ternary;
        }
        actions = { found; found_nothing; }
        const default_action = found_nothing();
        const entries = {
            (1, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _) : found(reason_t.UNKNOWN_CHANNEL);
            (_, 1, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _) : found(reason_t.UNKNOWN_PORT);
            (_, _, 1, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _) : found(reason_t.MALFORMED);
            (_, _, _, 1, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _) : found(reason_t.CPU_HEADER);
            (_, _, _, _, 1, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _) : found(reason_t.SOURCE_ADDRESS);
            (_, _, _, _, _, 1, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _) : found(reason_t.SAME_ADDRESS);
            (_, _, _, _, _, _, 1, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _) : found(reason_t.RESERVED_ADDRESS);
            (_, _, _, _, _, _, _, path_t.TO_CPU, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _) : found_nothing();
            (_, _, _, _, _, _, _, _, 1, _, _, _, _, _, _, _, _, _, _, _, _, _, _) : found(reason_t.FRAME_TYPE);
            (_, _, _, _, _, _, _, _, _, 1, _, _, _, _, _, _, _, _, _, _, _, _, _) : found(reason_t.UNKNOWN_VLAN);
            (_, _, _, _, _, _, _, _, _, _, 1, _, _, _, _, _, _, _, _, _, _, _, _) : found(reason_t.INGRESS_FILTERING);
            (_, _, _, _, _, _, _, _, _, _, _, 1, _, _, 1, _, _, _, _, _, _, _, _) : found(reason_t.UNKNOWN_SOURCE);
            (_, _, _, _, _, _, _, _, _, _, _, 1, _, _, _, _, _, _, _, _, _, _, _) : found(reason_t.PORT_STATE);
            (_, _, _, _, _, _, _, _, _, _, _, _, 1, _, _, _, _, _, _, _, _, _, _) : found(reason_t.ACCESS_LIST);
            (_, _, _, _, _, _, _, _, _, _, _, _, _, 1, _, _, _, _, _, _, _, _, _) : found(reason_t.POLICER);
            (_, _, _, _, _, _, _, _, _, _, _, _, _, _, 1, _, _, _, _, _, _, _, _) : found(reason_t.UNKNOWN_SOURCE);
            (_, _, _, _, _, _, _, _, _, _, _, _, _, _, _, 1, _, _, _, _, _, _, _) : found(reason_t.BLACKHOLE);
            (_, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, 1, _, _, _, _, _, _) : found(reason_t.UNREGISTERED_GROUP);
            (_, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, 1, _, _, _, _, _) : found(reason_t.BROADCAST_RATE);
            (_, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, 1, _, _, _, _) : found(reason_t.MULTICAST_RATE);
            (_, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, 1, _, _, _) : found(reason_t.UNKNOWN_UNICAST_RATE);
            (_, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, reason_t.RECEPTION_PORT, _, _) : found(reason_t.RECEPTION_PORT);
            (_, _, _, _, _, _, _, path_t.RELAY, _, _, _, _, _, _, _, _, _, _, _, _, _, 0, _) : found_nothing();
            (_, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, 1) : found(reason_t.NO_TRANSMISSION_PORT);
        }
    }

    apply {
        verdict.apply();
    }
}

#endif
