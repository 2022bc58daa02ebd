// SPDX-License-Identifier: Apache-2.0
#ifndef TNA_POLICING_P4
#define TNA_POLICING_P4

#include "headers.p4"
#include "../shared/ids.p4"

// RFC 2698: two rates, three colours, by the port, by the VLAN and by the entry of an access list.
// Red anywhere discards; yellow makes the frame eligible to be dropped (802.1Q 6.9.3: DEI).
control Policing(in bool admitted, inout metadata_t meta, inout steps_t steps) {
    @id(METER_PORT_POLICER)
    Meter<logical_port_t>(LOGICAL_PORTS, MeterType_t.BYTES, RED, YELLOW, GREEN) port_policer;
    @id(METER_VLAN_POLICER)
    Meter<vid_t>(VLANS, MeterType_t.BYTES, RED, YELLOW, GREEN) vlan_policer;
    @id(METER_ACE_POLICER)
    Meter<policer_t>(POLICERS, MeterType_t.BYTES, RED, YELLOW, GREEN) ace_policer;

    // By meter and colour.
    @id(COUNTER_PORT_POLICED)
    Counter<bit<64>, bit<18>>(COLORS * LOGICAL_PORTS,
                              CounterType_t.PACKETS_AND_BYTES) port_policed;
    @id(COUNTER_VLAN_POLICED)
    Counter<bit<64>, bit<14>>(COLORS * VLANS, CounterType_t.PACKETS_AND_BYTES) vlan_policed;
    @id(COUNTER_ACE_POLICED)
    Counter<bit<64>, bit<12>>(COLORS * POLICERS, CounterType_t.PACKETS_AND_BYTES) ace_policed;

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
        vlan_policing.apply();
        if (admitted && meta.state == port_state_t.FORWARDING && meta.discards.ACCESS_LIST == 0) {
            if (meta.police_port == 1) {
                steps.by_port = port_policer.execute(meta.reception_port);
                port_policed.count(meta.reception_port ++ steps.by_port[1:0]);
            }
            if (meta.police_vlan == 1) {
                steps.by_vlan = vlan_policer.execute(meta.vid);
                vlan_policed.count(meta.vid ++ steps.by_vlan[1:0]);
            }
            if (meta.ace.policer != 0) {
                steps.by_ace = ace_policer.execute(meta.ace.policer);
                ace_policed.count(meta.ace.policer ++ steps.by_ace[1:0]);
            }
        }
        if (steps.by_port == RED || steps.by_vlan == RED || steps.by_ace == RED) {
            DISCARD(POLICER);
        } else if (steps.by_port != GREEN || steps.by_vlan != GREEN || steps.by_ace != GREEN) {
            meta.dei = 1;
        }
    }
}

#endif
