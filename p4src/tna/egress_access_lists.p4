// SPDX-License-Identifier: Apache-2.0
#ifndef TNA_EGRESS_ACCESS_LISTS_P4
#define TNA_EGRESS_ACCESS_LISTS_P4

#include "../shared/headers.p4"
#include "../shared/ids.p4"

// As in ingress, on the fields of the frame as it is transmitted; where it goes is decided by then.
control EgressAccessLists(in headers_t hdr, inout metadata_t meta) {
    @id(COUNTER_EGRESS_PORT_MATCHED)
    DirectCounter<bit<64>>(CounterType_t.PACKETS_AND_BYTES) egress_port_matched;
    @id(COUNTER_EGRESS_VLAN_MATCHED)
    DirectCounter<bit<64>>(CounterType_t.PACKETS_AND_BYTES) egress_vlan_matched;

    @id(ACTION_EGRESS_ACE_ACCEPT)
    action accept_egress(mirrors_t mirrors) {
        egress_port_matched.count(BRIDGED_OCTETS);
        meta.mirrors = meta.mirrors | mirrors;
    }

    @id(ACTION_EGRESS_ACE_DROP)
    action drop_egress(mirrors_t mirrors) {
        egress_port_matched.count(BRIDGED_OCTETS);
        meta.mirrors = mirrors; // of the port and the VLAN: only what is transmitted
        DISCARD(ACCESS_LIST);
    }

    @id(ACTION_EGRESS_VLAN_ACE_ACCEPT)
    action accept_egress_vlan(mirrors_t mirrors) {
        egress_vlan_matched.count(BRIDGED_OCTETS);
        meta.mirrors = meta.mirrors | mirrors;
    }

    @id(ACTION_EGRESS_VLAN_ACE_DROP)
    action drop_egress_vlan(mirrors_t mirrors) {
        egress_vlan_matched.count(BRIDGED_OCTETS);
        meta.mirrors = mirrors; // of the port and the VLAN: only what is transmitted
        DISCARD(ACCESS_LIST);
    }

    @id(ACTION_EGRESS_ACE_NONE)
    action no_ace_egress() { }

#include "../shared/access_list_restriction.p4"
    @entries_with_ranges(TNA_ACES_WITH_RANGES)
    @id(TABLE_EGRESS_PORT_ACE)
    table egress_port_ace {
        key = {
            meta.port_access_list : exact @name("access_list");
#include "../shared/access_list_key.p4"
        }
        actions = { accept_egress; drop_egress; @defaultonly no_ace_egress; }
        const default_action = no_ace_egress();
        counters = egress_port_matched;
        size = TNA_ACES;
    }

#include "../shared/access_list_restriction.p4"
    @entries_with_ranges(TNA_ACES_WITH_RANGES)
    @id(TABLE_EGRESS_VLAN_ACE)
    table egress_vlan_ace {
        key = {
            meta.vlan_access_list : exact @name("access_list");
#include "../shared/access_list_key.p4"
        }
        actions = { accept_egress_vlan; drop_egress_vlan; @defaultonly no_ace_egress; }
        const default_action = no_ace_egress();
        counters = egress_vlan_matched;
        size = TNA_ACES;
    }

    apply {
        if (meta.port_access_list != 0) {
            egress_port_ace.apply();
        }
        if (meta.vlan_access_list != 0) {
            egress_vlan_ace.apply();
        }
    }
}

#endif
