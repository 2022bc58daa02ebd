package io.hairpin.softswitch.engine;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The way of one packet through a program.
 *
 * @param port the reception port
 * @param frame the received frame, two hexadecimal digits an octet
 * @param events what happened to it, in order; copies follow what they were made from
 */
public record Trace(int port, String frame, List<TraceEvent> events) {
  private static final Gson JSON =
      new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

  /**
   * Keeps the events unmodifiable.
   *
   * @param port the reception port
   * @param frame the received frame
   * @param events what happened to it
   */
  public Trace {
    events = List.copyOf(events);
  }

  /**
   * Writes it for a reader: a line for each event, those inside a control and the changed fields
   * indented below.
   *
   * @return lines, each with its end
   */
  public String text() {
    var text = new StringBuilder();
    for (TraceEvent event : events) {
      text.append(line(event)).append('\n');
      for (TraceEvent.Change change : event.changes()) {
        text.append("      ").append(line(change)).append('\n');
      }
    }
    return text.toString();
  }

  /**
   * Writes it as a JSON object with the members of this record.
   *
   * @return the object, indented
   */
  public String json() {
    return JSON.toJson(this);
  }

  private static String line(TraceEvent event) {
    String name = event.name();
    return switch (event.kind()) {
      case RECEIVED -> "received on port " + name + details(event, ", ", "", "");
      case STATE -> "  parser state " + name;
      case PARSED -> "  parsed: " + name;
      case CONDITION -> "  condition " + name + details(event, ", ", ": ", "");
      case TABLE -> "  table " + name + details(event, ", ", ": ", "");
      case ACTION -> "  action " + name + details(event, ", ", "(", ")");
      case COUNT -> "  counter " + name + details(event, ", ", "[", "]");
      case EGRESS -> "egress to port " + name + details(event, ", ", ": ", "");
      case SENT -> "sent to port " + name + details(event, ", ", ": ", "");
      case DROPPED -> "dropped: " + name;
      case DIGEST, CLONE, MULTICAST, RESUBMIT, RECIRCULATE ->
          event.kind().name().toLowerCase(Locale.ROOT)
              + " "
              + name
              + details(event, ", ", ": ", "");
    };
  }

  private static String details(TraceEvent event, String between, String before, String after) {
    if (event.details().isEmpty()) {
      return before.equals("(") ? "()" : "";
    }
    String start = event.kind() == TraceEvent.Kind.RECEIVED ? ": " : before;
    return event.details().stream()
        .map(d -> d.name().isEmpty() ? d.value() : d.name() + " " + d.value())
        .collect(Collectors.joining(between, start, after));
  }

  private static String line(TraceEvent.Change change) {
    if (change.field().endsWith(".$valid$")) {
      String header = change.field().substring(0, change.field().length() - ".$valid$".length());
      return header + (change.to().equals("0x0") ? " is invalid now" : " is valid now");
    }
    return change.field() + " = " + change.to() + ", was " + change.from();
  }
}
