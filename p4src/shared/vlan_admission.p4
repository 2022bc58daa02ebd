// SPDX-License-Identifier: Apache-2.0
#ifndef VLAN_ADMISSION_P4
#define VLAN_ADMISSION_P4

#include "headers.p4"
#include "ids.p4"

// 802.1Q 6.9 and 8.6.2: acceptable frame types, the VLAN of the frame, ingress filtering.
control VlanAdmission(in headers_t hdr, inout metadata_t meta) {
    @id(ACTION_VLAN_RELAY)
    action relay(fid_t fid, mstid_t mstid, group_t group, group_t unregistered, group_t queries,
                 group_t reports) {
        meta.fid = fid;
        meta.mstid = mstid;
        meta.group = group;
        meta.unregistered = unregistered;
        meta.queries = queries;
        meta.reports = reports;
    }

    @id(ACTION_VLAN_DISCARD)
    action unknown_vlan() {
        DISCARD(UNKNOWN_VLAN);
    }

    @entry_restriction("
        vid >= 1 && vid <= 4094;
    ")
    @id(TABLE_VLAN)
    table vlan {
        key = { meta.vid : exact @name("vid"); }
        actions = { relay; @defaultonly unknown_vlan; }
        const default_action = unknown_vlan();
        size = VLANS;
    }

    @id(ACTION_INGRESS_MEMBER_ADMIT)
    action admit() { }

    @id(ACTION_INGRESS_MEMBER_FILTER)
    action filter() {
        DISCARD(INGRESS_FILTERING);
    }

    @entry_restriction("
        reception_port >= 1 && reception_port <= 8191;
        vid >= 1 && vid <= 4094;
    ")
    @id(TABLE_INGRESS_MEMBER)
    table ingress_member {
        key = {
            meta.reception_port : exact @name("reception_port");
            meta.vid : exact @name("vid");
        }
        actions = { admit; @defaultonly filter; }
        const default_action = filter();
        size = VLAN_MEMBERS;
    }

    apply {
        bit<1> acceptable = meta.admit_untagged;
        meta.vid = meta.pvid;
        if (hdr.c_tag.isValid()) {
            meta.pcp = hdr.c_tag.pcp;
            meta.dei = hdr.c_tag.dei;
            if (hdr.c_tag.vid != 0) { // 0: priority-tagged, of the PVID as if untagged
                meta.vid = hdr.c_tag.vid;
                acceptable = meta.admit_tagged;
            }
        }
        if (acceptable == 0) {
            DISCARD(FRAME_TYPE);
        } else if (vlan.apply().hit) {
            if (meta.ingress_filtering == 1) {
                ingress_member.apply();
            }
        }
    }
}

#endif
