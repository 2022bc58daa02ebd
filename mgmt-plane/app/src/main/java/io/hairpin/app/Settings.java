package io.hairpin.app;

import io.hairpin.softswitch.SoftSwitch;
import io.hairpin.softswitch.TlsFiles;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the management plane is started with.
 *
 * @param ports the numbers of the switch's ports
 * @param cpuPort the number of the target's CPU port
 * @param deviceId the target's device
 * @param netconf where NETCONF is served
 * @param data the directory of what is kept
 * @param yang directories of YANG modules that are served besides
 * @param features the features of those modules that are supported, separated by commas
 * @param datastores which optional datastores NETCONF has
 * @param target the target, HOST:PORT; null where the switch is embedded
 * @param tls the files for the connection with the target; none for plain text
 * @param program what the target is to run; null for what is built in
 * @param embedded the embedded switch to be; null where there is a target
 */
record Settings(
    List<Integer> ports,
    int cpuPort,
    long deviceId,
    InetSocketAddress netconf,
    Path data,
    List<Path> yang,
    Map<String, String> features,
    Datastores datastores,
    @Nullable String target,
    TlsFiles tls,
    @Nullable Program program,
    SoftSwitch.@Nullable Builder embedded) {

  /**
   * The files of a compiled pipeline.
   *
   * @param p4Info the P4Info in protobuf's text format
   * @param deviceConfig what the target runs
   */
  record Program(Path p4Info, Path deviceConfig) {}

  /**
   * The optional capabilities of NETCONF's datastores.
   *
   * @param startup whether there is a startup datastore
   * @param writableRunning whether running can be edited directly
   * @param privateCandidates whether sessions may have a candidate of their own
   */
  record Datastores(boolean startup, boolean writableRunning, boolean privateCandidates) {}
}
