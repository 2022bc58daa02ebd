// SPDX-License-Identifier: Apache-2.0
#ifndef S_CHANNEL_P4
#define S_CHANNEL_P4

#include "headers.p4"
#include "ids.p4"

const vid_t DEFAULT_S_VID = 1;

// 802.1Q 5.6.3, 6.9: a port-mapping S-VLAN component in front of the bridge. The S-tag selects one
// of the physical port's channels, each a logical port, and is removed. Where the port has no such
// component an S-tag is a part of what the customer sends.
control ChannelReception(in port_t port, inout headers_t hdr, inout metadata_t meta) {
    @id(ACTION_CHANNEL_RECEPTION_RECEIVE)
    action receive_channel(logical_port_t logical_port, vid_t pvid, bit<1> admit_tagged,
                           bit<1> admit_untagged, bit<1> ingress_filtering,
                           bit<1> reflective_relay, mac_learning_t mac_learning,
                           sampling_t sampling) {
        KEEP(UNKNOWN_PORT);
        meta.reception_port = logical_port;
        meta.pvid = pvid;
        meta.admit_tagged = admit_tagged;
        meta.admit_untagged = admit_untagged;
        meta.ingress_filtering = ingress_filtering;
        meta.reflective_relay = reflective_relay;
        meta.mac_learning = mac_learning;
        meta.sampling = sampling;
    }

    @id(ACTION_CHANNEL_RECEPTION_DISCARD)
    action unknown_channel() {
        meta.reception_port = 0;
        meta.sampling = 0;
        DISCARD(UNKNOWN_CHANNEL);
    }

    @entry_restriction("
        port >= 1 && port <= 510;
        s_vid >= 2 && s_vid <= 4094;
    ")
    @id(TABLE_CHANNEL_RECEPTION)
    table channel_reception {
        key = {
            port : exact @name("port");
            hdr.s_tag.vid : exact @name("s_vid");
        }
        actions = { receive_channel; @defaultonly unknown_channel; }
        const default_action = unknown_channel();
        size = S_CHANNELS;
    }

    apply {
        if (hdr.s_tag.isValid()) {
            if (meta.s_component == 1) {
                if (hdr.s_tag.vid > DEFAULT_S_VID) {
                    channel_reception.apply();
                }
                meta.pcp = hdr.s_tag.pcp;
                meta.has_pcp = 1;
                meta.dei = hdr.s_tag.dei;
                hdr.ethernet.ether_type = hdr.s_tag.ether_type;
            } else {
                hdr.carried_s_tag = hdr.s_tag;
                hdr.carried_c_tag = hdr.c_tag;
                hdr.c_tag.setInvalid();
            }
            hdr.s_tag.setInvalid();
        }
    }
}

// The S-tag of the channel that the frame leaves by, with the frame's priority.
control ChannelTransmission(inout headers_t hdr, in metadata_t meta) {
    @id(ACTION_CHANNEL_TRANSMISSION_TAG)
    action s_tagged(vid_t s_vid) {
        hdr.s_tag.setValid();
        hdr.s_tag.dei = 0;
        hdr.s_tag.vid = s_vid;
        hdr.s_tag.ether_type = hdr.ethernet.ether_type;
        hdr.ethernet.ether_type = TPID_S_TAG;
    }

    @id(ACTION_CHANNEL_TRANSMISSION_NO_TAG)
    action not_s_tagged() { }

    @entry_restriction("
        transmission_port >= 511 && transmission_port <= 8191;
    ")
    @id(TABLE_CHANNEL_TRANSMISSION)
    table channel_transmission {
        key = { meta.transmission_port : exact @name("transmission_port"); }
        actions = { s_tagged; @defaultonly not_s_tagged; }
        const default_action = not_s_tagged();
        size = S_CHANNELS;
    }

    // An action of an ASIC takes from one field besides what its entry gives.
    apply {
        if (channel_transmission.apply().hit) {
            if (hdr.s_tag.isValid()) { // by the action, which p4c does not see
                hdr.s_tag.pcp = meta.pcp;
                if (meta.dei == 1) {
                    hdr.s_tag.dei = 1;
                }
            }
        }
    }
}

#endif
