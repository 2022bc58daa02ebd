// SPDX-License-Identifier: Apache-2.0
#ifndef DSCP_P4
#define DSCP_P4

#include "../shared/headers.p4"

// RFC 2474: the DSCP that marking found, where it found one.
control Dscp(inout headers_t hdr, in metadata_t meta) {
    apply {
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
