// SPDX-License-Identifier: Apache-2.0
#ifndef TNA_INGRESS_ACCESS_LISTS_P4
#define TNA_INGRESS_ACCESS_LISTS_P4

#include "../shared/headers.p4"
#include "../shared/ids.p4"

// RFC 8519, as on v1model, on the fields that are there already. An action counts, and a direct counter
// is of one table: the VLAN's table has actions of its own, with the same parameters. What they want
// stands apart until both tables were asked, so that neither waits for the other.
control IngressAccessLists(in headers_t hdr, inout metadata_t meta, inout ace_t of_vlan) {
    @id(COUNTER_INGRESS_PORT_MATCHED)
    DirectCounter<bit<64>>(CounterType_t.PACKETS_AND_BYTES) ingress_port_matched;
    @id(COUNTER_INGRESS_VLAN_MATCHED)
    DirectCounter<bit<64>>(CounterType_t.PACKETS_AND_BYTES) ingress_vlan_matched;

    @id(ACTION_INGRESS_ACE_ACCEPT)
    action accept_ingress(mirrors_t mirrors, policer_t policer, bit<1> sets_priority,
                          bit<3> priority) {
        ingress_port_matched.count();
        meta.ace.mirrors = mirrors;
        meta.ace.policer = policer;
        meta.ace.sets_priority = sets_priority;
        meta.ace.priority = priority;
    }

    @id(ACTION_INGRESS_ACE_DROP)
    action drop_ingress(mirrors_t mirrors) {
        ingress_port_matched.count();
        meta.ace.drop = 1;
        meta.ace.mirrors = mirrors;
    }

    @id(ACTION_INGRESS_ACE_REDIRECT)
    action redirect(logical_port_t logical_port, mirrors_t mirrors, policer_t policer,
                    bit<1> sets_priority, bit<3> priority) {
        ingress_port_matched.count();
        meta.ace.redirect = logical_port;
        meta.ace.mirrors = mirrors;
        meta.ace.policer = policer;
        meta.ace.sets_priority = sets_priority;
        meta.ace.priority = priority;
    }

    @id(ACTION_INGRESS_VLAN_ACE_ACCEPT)
    action accept_ingress_vlan(mirrors_t mirrors, policer_t policer, bit<1> sets_priority,
                               bit<3> priority) {
        ingress_vlan_matched.count();
        of_vlan.mirrors = mirrors;
        of_vlan.policer = policer;
        of_vlan.sets_priority = sets_priority;
        of_vlan.priority = priority;
    }

    @id(ACTION_INGRESS_VLAN_ACE_DROP)
    action drop_ingress_vlan(mirrors_t mirrors) {
        ingress_vlan_matched.count();
        of_vlan.drop = 1;
        of_vlan.mirrors = mirrors;
    }

    @id(ACTION_INGRESS_VLAN_ACE_REDIRECT)
    action redirect_vlan(logical_port_t logical_port, mirrors_t mirrors, policer_t policer,
                         bit<1> sets_priority, bit<3> priority) {
        ingress_vlan_matched.count();
        of_vlan.redirect = logical_port;
        of_vlan.mirrors = mirrors;
        of_vlan.policer = policer;
        of_vlan.sets_priority = sets_priority;
        of_vlan.priority = priority;
    }

    @id(ACTION_INGRESS_ACE_NONE)
    action no_ace_ingress() { }

#include "../shared/access_list_restriction.p4"
    @entries_with_ranges(TNA_ACES_WITH_RANGES)
    @id(TABLE_INGRESS_PORT_ACE)
    table ingress_port_ace {
        key = {
            meta.port_access_list : exact @name("access_list");
#include "../shared/access_list_key.p4"
        }
        actions = { accept_ingress; drop_ingress; redirect; @defaultonly no_ace_ingress; }
        const default_action = no_ace_ingress();
        counters = ingress_port_matched;
        size = TNA_ACES;
    }

#include "../shared/access_list_restriction.p4"
    @entries_with_ranges(TNA_ACES_WITH_RANGES)
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
        size = TNA_ACES;
    }

    apply {
        if (meta.vlan_access_list != 0) {
            ingress_vlan_ace.apply();
        }
        if (meta.port_access_list != 0) {
            ingress_port_ace.apply();
        }
        if (meta.ace.drop == 1 || of_vlan.drop == 1) {
            DISCARD(ACCESS_LIST);
        }
        if (meta.ace.sets_priority == 1) {
            meta.priority = meta.ace.priority;
        } else if (of_vlan.sets_priority == 1) {
            meta.priority = of_vlan.priority;
        }
        if (meta.ace.redirect == 0) {
            meta.ace.redirect = of_vlan.redirect;
        }
        if (meta.ace.policer == 0) {
            meta.ace.policer = of_vlan.policer;
        }
        meta.mirrors = meta.mirrors | meta.ace.mirrors;
        meta.mirrors = meta.mirrors | of_vlan.mirrors;
    }
}

#endif
