package io.hairpin.netconf.server;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.opendaylight.yangtools.yang.common.ErrorTag;
import org.opendaylight.yangtools.yang.common.ErrorType;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier;

/** An rpc-error of RFC 6241 section 4.3; the tags are those of its appendix A. */
record RpcError(
    ErrorType type,
    ErrorTag tag,
    @Nullable String appTag,
    @Nullable YangInstanceIdentifier path,
    String message,
    List<Detail> info) {

  /**
   * One element of error-info, in the namespace of the protocol unless another is named.
   *
   * @param value a text, a path, or what writes the content as a {@link Reply}
   */
  record Detail(String namespace, String name, Object value) {}

  static RpcError of(ErrorType type, ErrorTag tag, String message) {
    return new RpcError(type, tag, null, null, message, List.of());
  }

  static RpcError application(ErrorTag tag, String message) {
    return of(ErrorType.APPLICATION, tag, message);
  }

  static RpcError protocol(ErrorTag tag, String message) {
    return of(ErrorType.PROTOCOL, tag, message);
  }

  static RpcError rpc(ErrorTag tag, String message) {
    return of(ErrorType.RPC, tag, message);
  }

  RpcError withPath(@Nullable YangInstanceIdentifier at) {
    return new RpcError(type, tag, appTag, at, message, info);
  }

  RpcError withAppTag(@Nullable String newAppTag) {
    return new RpcError(type, tag, newAppTag, path, message, info);
  }

  RpcError withInfo(String name, String value) {
    return withInfo(Namespaces.BASE, name, value);
  }

  RpcError withInfo(String namespace, String name, Object value) {
    List<Detail> more = new ArrayList<>(info);
    more.add(new Detail(namespace, name, value));
    return new RpcError(type, tag, appTag, path, message, List.copyOf(more));
  }

  RpcException asException() {
    return new RpcException(this);
  }
}
