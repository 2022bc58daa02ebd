// SPDX-License-Identifier: Apache-2.0
#ifndef MULTICAST_P4
#define MULTICAST_P4

#include "headers.p4"

const bit<8> IGMPV1_REPORT = 0x12;
const bit<8> IGMPV2_REPORT = 0x16;
const bit<8> IGMPV2_LEAVE = 0x17;
const bit<8> IGMPV3_REPORT = 0x22;
const bit<8> MLDV1_REPORT = 131;
const bit<8> MLDV1_DONE = 132;
const bit<8> MLDV2_REPORT = 143;

// The reason of a packet-in that is a copy of a membership message.
const bit<8> PACKET_IN_MEMBERSHIP = 4;

// RFC 4541: what becomes of frames to groups. Reports go to the routers and control, so that no host
// keeps silent because it heard another; queries go to all and control. Where a VLAN does not snoop,
// both are the VLAN's own group. Groups that are not registered go where the VLAN says, but those
// that routing and address resolution stand on are always flooded.
control Multicast(in headers_t hdr, inout metadata_t meta) {
    apply {
        bit<8> type = hdr.membership.type;
        mac_t dst = hdr.ethernet.dst_addr;
        if (hdr.membership.isValid()) {
            meta.trap_reason = PACKET_IN_MEMBERSHIP;
            if (type == IGMPV1_REPORT || type == IGMPV2_REPORT || type == IGMPV2_LEAVE
                    || type == IGMPV3_REPORT || type == MLDV1_REPORT || type == MLDV1_DONE
                    || type == MLDV2_REPORT) {
                meta.group = meta.reports;
            } else {
                meta.group = meta.queries;
            }
        } else if (meta.registered == 0 && dst[47:8] != 0x01005E0000
                && dst[47:8] != 0x3333000000 && dst[47:24] != 0x3333FF) {
            meta.group = meta.unregistered;
            if (meta.unregistered == 0) {
                DISCARD(UNREGISTERED_GROUP);
            }
        }
    }
}

#endif
