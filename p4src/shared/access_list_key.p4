// SPDX-License-Identifier: Apache-2.0
// What every table of access list entries matches besides the access list: a part of its key.
hdr.ethernet.dst_addr : ternary @name("dst_addr");
hdr.ethernet.src_addr : ternary @name("src_addr");
meta.ether_type : ternary @name("ether_type");
meta.vid : ternary @name("vid");
meta.pcp : ternary @name("pcp");
meta.fields.ip : ternary @name("ip");
meta.fields.ip_src_high : ternary @name("ip_src_high");
meta.fields.ip_src_low : ternary @name("ip_src_low");
meta.fields.ip_dst_high : ternary @name("ip_dst_high");
meta.fields.ip_dst_low : ternary @name("ip_dst_low");
meta.fields.dscp : ternary @name("dscp");
meta.fields.ecn : ternary @name("ecn");
meta.fields.ttl : ternary @name("ttl");
meta.fields.protocol : ternary @name("protocol");
meta.fields.transport : ternary @name("transport");
meta.fields.src_port : range @name("src_port");
meta.fields.dst_port : range @name("dst_port");
meta.fields.tcp_flags : ternary @name("tcp_flags");
