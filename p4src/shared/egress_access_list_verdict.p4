// SPDX-License-Identifier: Apache-2.0
// What becomes of a frame by the tables of access list entries in egress: the body of a control.
if (meta.port_access_list != 0 || meta.vlan_access_list != 0) {
    fields.apply(hdr, meta);
    if (meta.port_access_list != 0) {
        egress_port_ace.apply();
    }
    if (meta.vlan_access_list != 0) {
        egress_vlan_ace.apply();
    }
}
