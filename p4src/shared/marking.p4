// SPDX-License-Identifier: Apache-2.0
#ifndef MARKING_P4
#define MARKING_P4

#include "headers.p4"
#include "ids.p4"

// 802.1Q 6.9.3: the PCP that a priority is transmitted with, and the DSCP where control wants one.
control Marking(inout headers_t hdr, inout metadata_t meta) {
    @id(ACTION_MARKING_MARK)
    action mark(bit<3> pcp, bit<1> sets_dscp, bit<6> dscp) {
        meta.pcp = pcp;
        meta.sets_dscp = sets_dscp;
        meta.dscp = dscp;
    }

    @id(ACTION_MARKING_BY_PRIORITY)
    action mark_priority() {
        meta.pcp = meta.priority;
    }

    @entry_restriction("
        transmission_port != 0;
    ")
    @id(TABLE_MARKING)
    table marking {
        key = {
            meta.transmission_port : exact @name("transmission_port");
            meta.priority : exact @name("priority");
        }
        actions = { mark; @defaultonly mark_priority; }
        const default_action = mark_priority();
        size = MARKINGS;
    }

    apply {
        marking.apply();
        if (meta.sets_dscp == 1 && !hdr.carried_s_tag.isValid()) {
            if (hdr.ipv4.isValid() && hdr.ipv4.version == 4) {
                // RFC 1624, equation 3: a checksum that was wrong stays wrong.
                bit<16> before = hdr.ipv4.version ++ hdr.ipv4.ihl ++ hdr.ipv4.dscp ++ hdr.ipv4.ecn;
                hdr.ipv4.dscp = meta.dscp;
                bit<16> after = hdr.ipv4.version ++ hdr.ipv4.ihl ++ hdr.ipv4.dscp ++ hdr.ipv4.ecn;
                bit<32> sum = (bit<32>) (~hdr.ipv4.checksum) + (bit<32>) (~before)
                    + (bit<32>) after;
                sum = (sum & 0xFFFF) + (sum >> 16);
                sum = (sum & 0xFFFF) + (sum >> 16);
                hdr.ipv4.checksum = ~((bit<16>) sum);
            } else if (hdr.ipv6.isValid() && hdr.ipv6.version == 6) {
                hdr.ipv6.dscp = meta.dscp;
            }
        }
    }
}

#endif
