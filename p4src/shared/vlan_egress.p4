// SPDX-License-Identifier: Apache-2.0
#ifndef VLAN_EGRESS_P4
#define VLAN_EGRESS_P4

#include "headers.p4"
#include "ids.p4"

// 802.1Q 8.6.4 and 6.9.2: the egress set of the VLAN, and the tag by its untagged set.
control VlanEgress(inout headers_t hdr, inout metadata_t meta) {
    @id(ACTION_EGRESS_MEMBER_TAGGED)
    action tagged() { }

    @id(ACTION_EGRESS_MEMBER_UNTAGGED)
    action untagged() { }

    @id(ACTION_EGRESS_MEMBER_DISCARD)
    action not_member() {
        DISCARD(EGRESS_MEMBER);
    }

    @entry_restriction("
        transmission_port >= 1 && transmission_port <= 8191;
        vid >= 1 && vid <= 4094;
    ")
    @id(TABLE_EGRESS_MEMBER)
    table egress_member {
        key = {
            meta.transmission_port : exact @name("transmission_port");
            meta.vid : exact @name("vid");
        }
        actions = { tagged; untagged; @defaultonly not_member; }
        const default_action = not_member();
        size = VLAN_MEMBERS;
    }

    // An ASIC's action has no conditions: the tag is changed behind the table.
    apply {
        switch (egress_member.apply().action_run) {
            tagged: {
                if (hdr.c_tag.isValid()) {
                    hdr.c_tag.pcp = meta.pcp;
                    hdr.c_tag.dei = meta.dei;
                    hdr.c_tag.vid = meta.vid;
                } else {
                    hdr.c_tag = { meta.pcp, meta.dei, meta.vid, hdr.ethernet.ether_type };
                    hdr.ethernet.ether_type = TPID_C_TAG;
                }
            }
            untagged: {
                if (hdr.c_tag.isValid()) {
                    hdr.ethernet.ether_type = hdr.c_tag.ether_type;
                    hdr.c_tag.setInvalid();
                }
            }
        }
    }
}

#endif
