// SPDX-License-Identifier: Apache-2.0
#ifndef ATTACHMENTS_P4
#define ATTACHMENTS_P4

#include "headers.p4"
#include "ids.p4"

// Which access list and which mirror sessions a port and a VLAN have on each side. An access list
// is known by its number, so that its entries stand once, however many ports it is attached to.
control IngressAttachments(inout metadata_t meta) {
    @id(ACTION_INGRESS_PORT_ATTACH)
    action attach_ingress_port(access_list_t access_list, mirrors_t mirrors) {
        meta.port_access_list = access_list;
        meta.mirrors = meta.mirrors | mirrors;
    }

    @id(ACTION_INGRESS_VLAN_ATTACH)
    action attach_ingress_vlan(access_list_t access_list, mirrors_t mirrors) {
        meta.vlan_access_list = access_list;
        meta.mirrors = meta.mirrors | mirrors;
    }

    @id(ACTION_INGRESS_ATTACH_NOTHING)
    action attach_nothing_ingress() { }

    @entry_restriction("
        reception_port >= 1 && reception_port <= 8191;
    ")
    @id(TABLE_INGRESS_PORT_ATTACHMENT)
    table ingress_port_attachment {
        key = { meta.reception_port : exact @name("reception_port"); }
        actions = { attach_ingress_port; @defaultonly attach_nothing_ingress; }
        const default_action = attach_nothing_ingress();
        size = PORT_ATTACHMENTS;
    }

    @entry_restriction("
        vid >= 1 && vid <= 4094;
    ")
    @id(TABLE_INGRESS_VLAN_ATTACHMENT)
    table ingress_vlan_attachment {
        key = { meta.vid : exact @name("vid"); }
        actions = { attach_ingress_vlan; @defaultonly attach_nothing_ingress; }
        const default_action = attach_nothing_ingress();
        size = VLAN_ATTACHMENTS;
    }

    apply {
        ingress_port_attachment.apply();
        ingress_vlan_attachment.apply();
    }
}

control EgressAttachments(inout metadata_t meta) {
    @id(ACTION_EGRESS_PORT_ATTACH)
    action attach_egress_port(access_list_t access_list, mirrors_t mirrors) {
        meta.port_access_list = access_list;
        meta.mirrors = meta.mirrors | mirrors;
    }

    @id(ACTION_EGRESS_VLAN_ATTACH)
    action attach_egress_vlan(access_list_t access_list, mirrors_t mirrors) {
        meta.vlan_access_list = access_list;
        meta.mirrors = meta.mirrors | mirrors;
    }

    @id(ACTION_EGRESS_ATTACH_NOTHING)
    action attach_nothing_egress() { }

    @entry_restriction("
        transmission_port >= 1 && transmission_port <= 8191;
    ")
    @id(TABLE_EGRESS_PORT_ATTACHMENT)
    table egress_port_attachment {
        key = { meta.transmission_port : exact @name("transmission_port"); }
        actions = { attach_egress_port; @defaultonly attach_nothing_egress; }
        const default_action = attach_nothing_egress();
        size = PORT_ATTACHMENTS;
    }

    @entry_restriction("
        vid >= 1 && vid <= 4094;
    ")
    @id(TABLE_EGRESS_VLAN_ATTACHMENT)
    table egress_vlan_attachment {
        key = { meta.vid : exact @name("vid"); }
        actions = { attach_egress_vlan; @defaultonly attach_nothing_egress; }
        const default_action = attach_nothing_egress();
        size = VLAN_ATTACHMENTS;
    }

    apply {
        meta.port_access_list = 0;
        meta.vlan_access_list = 0;
        egress_port_attachment.apply();
        egress_vlan_attachment.apply();
    }
}

#endif
