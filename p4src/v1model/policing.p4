// SPDX-License-Identifier: Apache-2.0
#ifndef POLICING_P4
#define POLICING_P4

#include "../shared/headers.p4"
#include "../shared/ids.p4"

// RFC 2698: two rates, three colours, by the port, by the VLAN and by the entry of an access list.
// Red anywhere discards; yellow makes the frame eligible to be dropped (802.1Q 6.9.3: DEI).
control Policing(inout metadata_t meta) {
    const bit<2> GREEN = 0;
    const bit<2> RED = 2;

    @id(METER_PORT_POLICER)
    meter(LOGICAL_PORTS, MeterType.bytes) port_policer;
    @id(METER_VLAN_POLICER)
    meter(VLANS, MeterType.bytes) vlan_policer;
    @id(METER_ACE_POLICER)
    meter(POLICERS, MeterType.bytes) ace_policer;

    // By meter and colour.
    @id(COUNTER_PORT_POLICED)
    counter(COLORS * LOGICAL_PORTS, CounterType.packets_and_bytes) port_policed;
    @id(COUNTER_VLAN_POLICED)
    counter(COLORS * VLANS, CounterType.packets_and_bytes) vlan_policed;
    @id(COUNTER_ACE_POLICED)
    counter(COLORS * POLICERS, CounterType.packets_and_bytes) ace_policed;

    @id(ACTION_VLAN_POLICING_POLICE)
    action police_vlan() {
        meta.police_vlan = 1;
    }

    @id(ACTION_VLAN_POLICING_NONE)
    action no_vlan_policer() { }

    @entry_restriction("
        vid >= 1 && vid <= 4094;
    ")
    @id(TABLE_VLAN_POLICING)
    table vlan_policing {
        key = { meta.vid : exact @name("vid"); }
        actions = { police_vlan; @defaultonly no_vlan_policer; }
        const default_action = no_vlan_policer();
        size = VLANS;
    }

    apply {
        bit<2> by_port = GREEN;
        bit<2> by_vlan = GREEN;
        bit<2> by_ace = GREEN;
        vlan_policing.apply();
        if (meta.police_port == 1) {
            port_policer.execute_meter((bit<32>) meta.reception_port, by_port);
            port_policed.count((bit<32>) (meta.reception_port ++ by_port));
        }
        if (meta.police_vlan == 1) {
            vlan_policer.execute_meter((bit<32>) meta.vid, by_vlan);
            vlan_policed.count((bit<32>) (meta.vid ++ by_vlan));
        }
        if (meta.ace.policer != 0) {
            ace_policer.execute_meter((bit<32>) meta.ace.policer, by_ace);
            ace_policed.count((bit<32>) (meta.ace.policer ++ by_ace));
        }
        if (by_port == RED || by_vlan == RED || by_ace == RED) {
            meta.reason = reason_t.POLICER;
        } else if (by_port != GREEN || by_vlan != GREEN || by_ace != GREEN) {
            meta.dei = 1;
        }
    }
}

#endif
