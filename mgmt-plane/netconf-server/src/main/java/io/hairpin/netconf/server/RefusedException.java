package io.hairpin.netconf.server;

import org.jspecify.annotations.Nullable;
import org.opendaylight.yangtools.yang.common.ErrorTag;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier;

/** A participant's refusal of a change; it becomes the rpc-error (RFC 6241 section 4.3). */
public final class RefusedException extends Exception {
  private final @Nullable YangInstanceIdentifier path;
  private final transient ErrorTag tag;
  private final @Nullable String appTag;

  /**
   * Refuses a change with error-tag operation-failed.
   *
   * @param path the node that cannot be, or null where the refusal names no node
   * @param message what is wrong, with the object, the value and what is allowed
   */
  public RefusedException(@Nullable YangInstanceIdentifier path, String message) {
    this(path, ErrorTag.OPERATION_FAILED, null, message);
  }

  /**
   * Refuses a change.
   *
   * @param path the node that cannot be, or null where the refusal names no node
   * @param tag the error-tag of RFC 6241 appendix A
   * @param appTag the error-app-tag, or null
   * @param message what is wrong, with the object, the value and what is allowed
   */
  public RefusedException(
      @Nullable YangInstanceIdentifier path,
      ErrorTag tag,
      @Nullable String appTag,
      String message) {
    super(message);
    this.path = path;
    this.tag = tag;
    this.appTag = appTag;
  }

  RpcException toRpcException() {
    String message = getMessage();
    RpcError error = RpcError.application(tag, message == null ? "refused" : message);
    return new RpcException(error.withPath(path).withAppTag(appTag));
  }
}
