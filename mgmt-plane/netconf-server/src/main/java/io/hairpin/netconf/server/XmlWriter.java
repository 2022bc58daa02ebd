package io.hairpin.netconf.server;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes XML in UTF-8 as it is told, element by element; each element is in the default namespace,
 * which is declared where it changes. Not thread-safe.
 */
final class XmlWriter implements Closeable {
  private record Open(String namespace, String name) {}

  private final OutputStream out;
  private final StringBuilder buffer = new StringBuilder(8192);
  private final List<Open> open = new ArrayList<>();
  private boolean inTag;

  XmlWriter(OutputStream out) {
    this.out = out;
  }

  XmlWriter start(String namespace, String name) throws IOException {
    endTag();
    buffer.append('<').append(name);
    inTag = true;
    if (open.isEmpty() || !open.getLast().namespace.equals(namespace)) {
      attribute("xmlns", namespace);
    }
    open.add(new Open(namespace, name));
    return this;
  }

  /** Writes an attribute of the element just started. */
  XmlWriter attribute(String name, String value) {
    buffer.append(' ').append(name).append("=\"");
    escape(value, true);
    buffer.append('"');
    return this;
  }

  XmlWriter text(String text) throws IOException {
    if (!text.isEmpty()) {
      endTag();
      escape(text, false);
    }
    return this;
  }

  XmlWriter end() throws IOException {
    Open element = open.removeLast();
    if (inTag) {
      buffer.append("/>");
      inTag = false;
    } else {
      buffer.append("</").append(element.name).append('>');
    }
    if (buffer.length() > 6144) {
      flush();
    }
    return this;
  }

  XmlWriter leaf(String namespace, String name, @Nullable String text) throws IOException {
    return start(namespace, name).text(text == null ? "" : text).end();
  }

  private void endTag() {
    if (inTag) {
      buffer.append('>');
      inTag = false;
    }
  }

  /** Hands on what is complete. */
  void flush() throws IOException {
    out.write(buffer.toString().getBytes(StandardCharsets.UTF_8));
    buffer.setLength(0);
  }

  /**
   * Escapes what XML does not take as it stands, and carriage returns, which a parser would change.
   * Characters that XML cannot carry at all become U+FFFD.
   */
  private void escape(String text, boolean attribute) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '<' -> buffer.append("&lt;");
        case '>' -> buffer.append("&gt;");
        case '&' -> buffer.append("&amp;");
        case '\r' -> buffer.append("&#13;");
        case '"' -> buffer.append(attribute ? "&quot;" : "\"");
        case '\n', '\t' -> {
          if (attribute) {
            buffer.append("&#").append((int) c).append(';');
          } else {
            buffer.append(c);
          }
        }
        default -> buffer.append(c < ' ' || c >= '\ufffe' ? '\ufffd' : c);
      }
    }
  }

  @Override
  public void close() throws IOException {
    flush();
    out.close();
  }
}
