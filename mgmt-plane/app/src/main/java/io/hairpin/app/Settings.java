package io.hairpin.app;

import io.hairpin.softswitch.SoftSwitch;
import io.hairpin.softswitch.TlsFiles;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the management plane is started with.
 *
 * @param ports the numbers of the switch's ports
 * @param cpuPort the number of the target's CPU port
 * @param deviceId the target's device
 * @param netconf where NETCONF is served
 * @param data the directory of what is kept
 * @param target the target, HOST:PORT; null where the switch is embedded
 * @param tls the files for the connection with the target; none for plain text
 * @param embedded the embedded switch to be; null where there is a target
 */
record Settings(
    List<Integer> ports,
    int cpuPort,
    long deviceId,
    InetSocketAddress netconf,
    Path data,
    @Nullable String target,
    TlsFiles tls,
    SoftSwitch.@Nullable Builder embedded) {}
