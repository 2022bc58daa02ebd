// SPDX-License-Identifier: Apache-2.0
#ifndef TNA_MIRRORING_P4
#define TNA_MIRRORING_P4

#include "headers.p4"
#include "../shared/ids.p4"

// What a copy for a mirror session looks like. The copy's instance is the session's number. Egress
// cannot cut a frame off, so that a length which would do it is illegal.
control Mirroring(inout headers_t hdr, in bit<16> session,
                  inout egress_intrinsic_metadata_for_deparser_t for_deparser) {
    @id(COUNTER_MIRRORED)
    Counter<bit<64>, bit<16>>(MIRROR_SESSIONS, CounterType_t.PACKETS_AND_BYTES) mirrored;

    @action_restriction("
        length == 65535;
    ")
    @id(ACTION_MIRROR_SESSION_COPY)
    action copy(@noWarn("unused") bit<16> length) { }

    // To a remote VLAN: its tag in front of all others.
    @action_restriction("
        length == 65535;
    ")
    @id(ACTION_MIRROR_SESSION_REMOTE)
    action copy_to_vlan(vid_t vid, @noWarn("unused") bit<16> length) {
        hdr.mirror_tag.setValid();
        hdr.mirror_tag.pcp = 0;
        hdr.mirror_tag.dei = 0;
        hdr.mirror_tag.vid = vid;
        hdr.mirror_tag.ether_type = hdr.ethernet.ether_type;
        hdr.ethernet.ether_type = TPID_C_TAG;
    }

    @id(ACTION_MIRROR_SESSION_NONE)
    action no_mirror_session() {
        for_deparser.drop_ctl = DROP;
    }

    @entry_restriction("
        session >= 1 && session <= 4;
    ")
    @id(TABLE_MIRROR_SESSION)
    table mirror_session {
        key = { session : exact @name("session"); }
        actions = { copy; copy_to_vlan; @defaultonly no_mirror_session; }
        const default_action = no_mirror_session();
        size = MIRROR_SESSIONS;
    }

    apply {
        if (mirror_session.apply().hit) {
            mirrored.count(session, COPY_OCTETS);
        }
    }
}

#endif
