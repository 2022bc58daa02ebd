// SPDX-License-Identifier: Apache-2.0
// What becomes of a frame by the tables of access list entries in ingress: the body of a control.
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
