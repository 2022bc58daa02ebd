// SPDX-License-Identifier: Apache-2.0
#ifndef INGRESS_ACCESS_LISTS_P4
#define INGRESS_ACCESS_LISTS_P4

#include "../shared/headers.p4"
#include "../shared/ids.p4"
#include "../shared/packet_fields.p4"

// RFC 8519: of each access list, the first entry that matches decides. The port's and the VLAN's are
// both asked: the frame is dropped where one of them says so; of what else they want, the port's
// goes before the VLAN's, and copies add up. A frame that no entry matches passes. Each table has actions
// of its own, as on targets on which it is the action that counts.
control IngressAccessLists(in headers_t hdr, inout metadata_t meta) {
    PacketFields() fields;

    @id(COUNTER_INGRESS_PORT_MATCHED)
    direct_counter(CounterType.packets_and_bytes) ingress_port_matched;
    @id(COUNTER_INGRESS_VLAN_MATCHED)
    direct_counter(CounterType.packets_and_bytes) ingress_vlan_matched;

    @id(ACTION_INGRESS_ACE_ACCEPT)
    action accept_ingress(mirrors_t mirrors, policer_t policer, bit<1> sets_priority,
                          bit<3> priority) {
        meta.ace.mirrors = mirrors;
        meta.ace.policer = policer;
        meta.ace.sets_priority = sets_priority;
        meta.ace.priority = priority;
    }

    @id(ACTION_INGRESS_ACE_DROP)
    action drop_ingress(mirrors_t mirrors) {
        meta.ace.drop = 1;
        meta.ace.mirrors = mirrors;
    }

    @id(ACTION_INGRESS_ACE_REDIRECT)
    action redirect(logical_port_t logical_port, mirrors_t mirrors, policer_t policer,
                    bit<1> sets_priority, bit<3> priority) {
        meta.ace.redirect = logical_port;
        meta.ace.mirrors = mirrors;
        meta.ace.policer = policer;
        meta.ace.sets_priority = sets_priority;
        meta.ace.priority = priority;
    }

    @id(ACTION_INGRESS_VLAN_ACE_ACCEPT)
    action accept_ingress_vlan(mirrors_t mirrors, policer_t policer, bit<1> sets_priority,
                               bit<3> priority) {
        meta.ace.mirrors = mirrors;
        meta.ace.policer = policer;
        meta.ace.sets_priority = sets_priority;
        meta.ace.priority = priority;
    }

    @id(ACTION_INGRESS_VLAN_ACE_DROP)
    action drop_ingress_vlan(mirrors_t mirrors) {
        meta.ace.drop = 1;
        meta.ace.mirrors = mirrors;
    }

    @id(ACTION_INGRESS_VLAN_ACE_REDIRECT)
    action redirect_vlan(logical_port_t logical_port, mirrors_t mirrors, policer_t policer,
                         bit<1> sets_priority, bit<3> priority) {
        meta.ace.redirect = logical_port;
        meta.ace.mirrors = mirrors;
        meta.ace.policer = policer;
        meta.ace.sets_priority = sets_priority;
        meta.ace.priority = priority;
    }

    @id(ACTION_INGRESS_ACE_NONE)
    action no_ace_ingress() { }

#include "../shared/access_list_restriction.p4"
    @id(TABLE_INGRESS_PORT_ACE)
    table ingress_port_ace {
        key = {
            meta.port_access_list : exact @name("access_list");
#include "../shared/access_list_key.p4"
        }
        actions = { accept_ingress; drop_ingress; redirect; @defaultonly no_ace_ingress; }
        const default_action = no_ace_ingress();
        counters = ingress_port_matched;
        size = ACES;
    }

#include "../shared/access_list_restriction.p4"
    @id(TABLE_INGRESS_VLAN_ACE)
    table ingress_vlan_ace {
        key = {
            meta.vlan_access_list : exact @name("access_list");
#include "../shared/access_list_key.p4"
        }
        actions = {
            accept_ingress_vlan;
            drop_ingress_vlan;
            redirect_vlan;
            @defaultonly no_ace_ingress;
        }
        const default_action = no_ace_ingress();
        counters = ingress_vlan_matched;
        size = ACES;
    }

    apply {
        if (meta.port_access_list != 0 || meta.vlan_access_list != 0) {
            fields.apply(hdr, meta);
            if (meta.vlan_access_list != 0) {
                ingress_vlan_ace.apply();
            }
            if (meta.port_access_list != 0) {
                ace_t of_vlan = meta.ace;
                ingress_port_ace.apply();
                meta.ace.drop = meta.ace.drop | of_vlan.drop;
                meta.ace.mirrors = meta.ace.mirrors | of_vlan.mirrors;
                if (meta.ace.redirect == 0) {
                    meta.ace.redirect = of_vlan.redirect;
                }
                if (meta.ace.policer == 0) {
                    meta.ace.policer = of_vlan.policer;
                }
                if (meta.ace.sets_priority == 0) {
                    meta.ace.sets_priority = of_vlan.sets_priority;
                    meta.ace.priority = of_vlan.priority;
                }
            }
            meta.mirrors = meta.mirrors | meta.ace.mirrors;
            if (meta.ace.sets_priority == 1) {
                meta.priority = meta.ace.priority;
            }
            if (meta.ace.drop == 1) {
                meta.reason = reason_t.ACCESS_LIST;
            }
        }
    }
}

#endif
