// SPDX-License-Identifier: Apache-2.0
#ifndef TNA_DSCP_P4
#define TNA_DSCP_P4

#include "headers.p4"

// RFC 2474: the DSCP that marking found, where it found one. The deparser sums up what RFC 1624,
// equation 3 wants: a checksum that was wrong stays wrong.
control Dscp(inout headers_t hdr, inout tna_metadata_t local) {
    apply {
        if (local.meta.sets_dscp == 1 && !hdr.carried_s_tag.isValid()) {
            if (hdr.ipv4.isValid() && hdr.ipv4.version == 4) {
                local.updates_checksum = 1;
                local.inverse_checksum = ~hdr.ipv4.checksum;
                local.inverse_word = ~(hdr.ipv4.version ++ hdr.ipv4.ihl ++ hdr.ipv4.dscp
                    ++ hdr.ipv4.ecn);
                hdr.ipv4.dscp = local.meta.dscp;
            } else if (hdr.ipv6.isValid() && hdr.ipv6.version == 6) {
                hdr.ipv6.dscp = local.meta.dscp;
            }
        }
    }
}

#endif
