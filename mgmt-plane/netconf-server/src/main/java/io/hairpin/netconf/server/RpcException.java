package io.hairpin.netconf.server;

import java.util.List;

/** A request that failed, with the errors that its reply carries. */
final class RpcException extends Exception {
  private final transient List<RpcError> errors;

  RpcException(RpcError error) {
    this(List.of(error));
  }

  RpcException(List<RpcError> errors) {
    super(errors.getFirst().message(), null, false, false);
    this.errors = List.copyOf(errors);
  }

  List<RpcError> errors() {
    return errors;
  }
}
