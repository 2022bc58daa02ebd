// SPDX-License-Identifier: Apache-2.0
#ifndef MIRRORING_P4
#define MIRRORING_P4

#include "../shared/headers.p4"
#include "../shared/ids.p4"

// What a copy for a mirror session looks like. The copy's instance is the session's number.
control Mirroring(inout headers_t hdr, inout standard_metadata_t standard_metadata) {
    @id(COUNTER_MIRRORED)
    counter(MIRROR_SESSIONS, CounterType.packets_and_bytes) mirrored;

    @id(ACTION_MIRROR_SESSION_COPY)
    action copy(bit<16> length) {
        truncate((bit<32>) length);
    }

    // To a remote VLAN: its tag in front of all others.
    @id(ACTION_MIRROR_SESSION_REMOTE)
    action copy_to_vlan(vid_t vid, bit<16> length) {
        hdr.mirror_tag.setValid();
        hdr.mirror_tag.pcp = 0;
        hdr.mirror_tag.dei = 0;
        hdr.mirror_tag.vid = vid;
        hdr.mirror_tag.ether_type = hdr.ethernet.ether_type;
        hdr.ethernet.ether_type = TPID_C_TAG;
        truncate((bit<32>) length);
    }

    @id(ACTION_MIRROR_SESSION_NONE)
    action no_mirror_session() {
        mark_to_drop(standard_metadata);
    }

    @entry_restriction("
        session >= 1 && session <= 4;
    ")
    @id(TABLE_MIRROR_SESSION)
    table mirror_session {
        key = { standard_metadata.egress_rid : exact @name("session"); }
        actions = { copy; copy_to_vlan; @defaultonly no_mirror_session; }
        const default_action = no_mirror_session();
        size = MIRROR_SESSIONS;
    }

    apply {
        if (mirror_session.apply().hit) {
            mirrored.count((bit<32>) standard_metadata.egress_rid);
        }
    }
}

#endif
