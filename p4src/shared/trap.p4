// SPDX-License-Identifier: Apache-2.0
#ifndef TRAP_P4
#define TRAP_P4

#include "headers.p4"
#include "ids.p4"

// Frames for the bridge itself go to the CPU port as they came. What is sent to a reserved
// address (802.1Q 8.6.3) and not trapped goes nowhere.
control Trap(in headers_t hdr, inout metadata_t meta) {
    @id(ACTION_TRAP_TO_CPU)
    action to_cpu(port_t port, bit<8> reason) {
        meta.path = path_t.TO_CPU;
        meta.port = port;
        meta.trap_reason = reason;
    }

    @id(ACTION_TRAP_PASS)
    action pass() { }

    @entry_restriction("
        dst_addr::mask != 0 || ether_type::mask != 0;
    ")
    @id(TABLE_TRAP)
    table trap {
        key = {
            hdr.ethernet.dst_addr : ternary @name("dst_addr");
            hdr.ethernet.ether_type : ternary @name("ether_type");
        }
        actions = { to_cpu; @defaultonly pass; }
        const default_action = pass();
        size = TRAPS;
    }

    apply {
        trap.apply();
        if (meta.path == path_t.RELAY) {
            if (hdr.ethernet.dst_addr[47:4] == 0x0180C200000) { // an ASIC compares 44 bits at once
                DISCARD(RESERVED_ADDRESS);
            }
        }
    }
}

#endif
