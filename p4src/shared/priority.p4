// SPDX-License-Identifier: Apache-2.0
#ifndef PRIORITY_P4
#define PRIORITY_P4

#include "headers.p4"
#include "ids.p4"
#include "packet_fields.p4"

// 802.1Q 6.9.3: the priority of a frame, by its PCP, by its DSCP (RFC 2474), or the port's default.
control Priority(in headers_t hdr, inout metadata_t meta) {
    PacketFields() fields;

    @id(ACTION_PORT_PRIORITY_SET)
    action set_port_priority(bit<3> priority, bit<1> trust_pcp, bit<1> trust_dscp,
                             bit<1> police) {
        meta.priority = priority;
        meta.trust_pcp = trust_pcp;
        meta.trust_dscp = trust_dscp;
        meta.police_port = police;
    }

    @id(ACTION_PORT_PRIORITY_TRUST_PCP)
    action trust_pcp() {
        meta.trust_pcp = 1;
    }

    @entry_restriction("
        reception_port >= 1 && reception_port <= 8191;
    ")
    @id(TABLE_PORT_PRIORITY)
    table port_priority {
        key = { meta.reception_port : exact @name("reception_port"); }
        actions = { set_port_priority; @defaultonly trust_pcp; }
        const default_action = trust_pcp();
        size = LOGICAL_PORTS;
    }

    @id(ACTION_PCP_DECODING_SET)
    action decode_pcp(bit<3> priority) {
        meta.priority = priority;
    }

    @id(ACTION_PCP_DECODING_SAME)
    action pcp_is_priority() {
        meta.priority = meta.pcp;
    }

    @entry_restriction("
        reception_port >= 1 && reception_port <= 8191;
    ")
    @id(TABLE_PCP_DECODING)
    table pcp_decoding {
        key = {
            meta.reception_port : exact @name("reception_port");
            meta.pcp : exact @name("pcp");
        }
        actions = { decode_pcp; @defaultonly pcp_is_priority; }
        const default_action = pcp_is_priority();
        size = DECODINGS;
    }

    @id(ACTION_DSCP_DECODING_SET)
    action decode_dscp(bit<3> priority) {
        meta.priority = priority;
    }

    @id(ACTION_DSCP_DECODING_SELECTOR)
    action class_selector() {
        meta.priority = meta.fields.dscp[5:3];
    }

    @entry_restriction("
        reception_port >= 1 && reception_port <= 8191;
    ")
    @id(TABLE_DSCP_DECODING)
    table dscp_decoding {
        key = {
            meta.reception_port : exact @name("reception_port");
            meta.fields.dscp : exact @name("dscp");
        }
        actions = { decode_dscp; @defaultonly class_selector; }
        const default_action = class_selector();
        size = DECODINGS;
    }

    apply {
        port_priority.apply();
        if (meta.trust_dscp == 1) {
            fields.apply(hdr, meta);
        }
        if (meta.trust_dscp == 1 && meta.fields.ip != ip_t.NONE) {
            dscp_decoding.apply();
        } else if (meta.trust_pcp == 1 && (hdr.c_tag.isValid() || meta.has_pcp == 1)) {
            pcp_decoding.apply();
        }
    }
}

// 802.1Q 8.6.6: the queue of a priority. The lowest unless control says otherwise: it exists on every
// target.
control TrafficClass(inout metadata_t meta) {
    @id(ACTION_TRAFFIC_CLASS_SET)
    action set_traffic_class(bit<3> traffic_class) {
        meta.traffic_class = traffic_class;
    }

    @id(ACTION_TRAFFIC_CLASS_LOWEST)
    action lowest_traffic_class() {
        meta.traffic_class = 0;
    }

    @id(TABLE_TRAFFIC_CLASS)
    table traffic_class {
        key = { meta.priority : exact @name("priority"); }
        actions = { set_traffic_class; @defaultonly lowest_traffic_class; }
        const default_action = lowest_traffic_class();
        size = PRIORITIES;
    }

    apply {
        traffic_class.apply();
    }
}

#endif
