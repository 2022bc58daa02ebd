// SPDX-License-Identifier: Apache-2.0
// Which entries of a table of access list entries are legal.
@entry_restriction("
    access_list != 0;
    vid::mask != 0 -> vid::value <= 4094;
    // What tells which header is there is given whole, and whatever is of a header needs it.
    ip::mask == 0 || ip == 1 || ip == 2;
    transport::mask == 0 || transport == 1 || transport == 2 || transport == 3;
    ip_src_low::mask != 0 || ip_dst_low::mask != 0 || dscp::mask != 0 || ecn::mask != 0
        || ttl::mask != 0 || protocol::mask != 0 -> ip::mask != 0;
    ip_src_high::mask != 0 || ip_dst_high::mask != 0 -> ip == 2;
    src_port::low != 0 || src_port::high != 65535 || dst_port::low != 0 || dst_port::high != 65535
        -> transport::mask != 0;
    tcp_flags::mask != 0 -> transport == 1;
")
