package io.hairpin.netconf.server;

import java.io.BufferedInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import org.opendaylight.yangtools.yang.common.ErrorTag;

/**
 * The files that URLs name (RFC 6241 section 8.8): {@code file:///NAME} is a file of one directory,
 * which nothing leads out of. Each holds one {@code <config>}.
 */
final class UrlFiles {
  private final Path directory;

  UrlFiles(Path directory) {
    this.directory = directory;
  }

  private static RpcException refused(Element url, String why) {
    return RpcError.protocol(
            ErrorTag.INVALID_VALUE, "url '%s' %s".formatted(url.text().strip(), why))
        .withInfo("bad-element", "url")
        .asException();
  }

  private static RpcException failed(Element url, IOException e) {
    return RpcError.application(
            e instanceof NoSuchFileException ? ErrorTag.DATA_MISSING : ErrorTag.OPERATION_FAILED,
            e instanceof NoSuchFileException
                ? "url '%s': there is no such file".formatted(url.text().strip())
                : "url '%s': %s".formatted(url.text().strip(), e.getMessage()))
        .asException();
  }

  /** The file that a URL names. */
  Path resolve(Element url) throws RpcException {
    URI uri;
    try {
      uri = new URI(url.text().strip());
    } catch (URISyntaxException e) {
      throw refused(url, "is no URL: " + e.getReason());
    }
    String host = uri.getHost();
    if (!"file".equals(uri.getScheme()) || (host != null && !host.equals("localhost"))) {
      throw refused(url, "is not of the form file:///NAME");
    }
    String path = uri.getPath();
    if (path == null
        || uri.getRawQuery() != null
        || uri.getRawFragment() != null
        || !path.matches("/[^/\\x00-\\x1f]+(/[^/\\x00-\\x1f]+)*")) {
      throw refused(url, "is not of the form file:///NAME");
    }
    Path file = directory.resolve(path.substring(1)).normalize();
    try {
      Path top = directory.toRealPath();
      Path parent = file.getParent();
      if (parent == null
          || !file.startsWith(directory.normalize())
          || !parent.toRealPath().startsWith(top)
          || Files.isSymbolicLink(file)
          || (Files.exists(file, LinkOption.NOFOLLOW_LINKS) && !Files.isRegularFile(file))) {
        throw refused(url, "leads out of the directory of this server's files");
      }
    } catch (IOException e) {
      throw failed(url, e);
    }
    return file;
  }

  /** Reads a file; what it holds is not checked beyond its outermost element. */
  Element read(Element url) throws RpcException {
    Path file = resolve(url);
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
      Element config = XmlParser.parse(in);
      if (!config.is(Namespaces.BASE, "config")) {
        throw RpcError.application(
                ErrorTag.OPERATION_FAILED,
                "url '%s' holds %s in place of config".formatted(url.text().strip(), config.name))
            .asException();
      }
      return config;
    } catch (XmlParser.MalformedException e) {
      throw RpcError.application(
              ErrorTag.OPERATION_FAILED,
              "url '%s': %s".formatted(url.text().strip(), e.getMessage()))
          .asException();
    } catch (IOException e) {
      throw failed(url, e);
    }
  }

  /** Replaces a file, atomically and durably. */
  void write(Element url, Reply content) throws RpcException {
    Path file = resolve(url);
    Path unfinished = null;
    try {
      unfinished = Files.createTempFile(file.getParent(), ".", ".new");
      try (FileOutputStream bytes = new FileOutputStream(unfinished.toFile());
          XmlWriter out = new XmlWriter(bytes)) {
        out.start(Namespaces.BASE, "config");
        content.write(out);
        out.end();
        out.flush();
        bytes.getChannel().force(true);
      }
      Files.move(
          unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      sync(file.getParent());
    } catch (IOException e) {
      discard(unfinished, e);
      throw failed(url, e);
    }
  }

  void delete(Element url) throws RpcException {
    Path file = resolve(url);
    try {
      Files.delete(file);
      sync(file.getParent());
    } catch (IOException e) {
      throw failed(url, e);
    }
  }

  private static void sync(@Nullable Path directory) throws IOException {
    if (directory != null) {
      try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }

  private static void discard(@Nullable Path unfinished, IOException cause) {
    try {
      if (unfinished != null) {
        Files.deleteIfExists(unfinished);
      }
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }
}
