package io.hairpin.netconf.server;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A clock that stands still until a test advances it; tasks run in the test's thread. */
final class ManualTime implements Time {
  private record Task(Instant at, Runnable run) {}

  private final List<Task> tasks = new ArrayList<>();
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");

  @Override
  public synchronized Instant now() {
    return now;
  }

  @Override
  public synchronized Runnable after(Duration delay, Runnable run) {
    Task task = new Task(now.plus(delay), run);
    tasks.add(task);
    notifyAll();
    return () -> cancel(task);
  }

  private synchronized void cancel(Task task) {
    tasks.remove(task);
  }

  void advance(long seconds) {
    List<Task> due;
    synchronized (this) {
      now = now.plusSeconds(seconds);
      due = tasks.stream().filter(task -> !task.at.isAfter(now)).toList();
      tasks.removeAll(due);
    }
    due.forEach(task -> task.run.run());
  }

  /** Waits until a task waits: its delay counts from the time at which it came. */
  synchronized void awaitWaiting() throws InterruptedException {
    while (tasks.isEmpty()) {
      wait();
    }
  }

  synchronized int waiting() {
    return tasks.size();
  }

  @Override
  public void close() {}
}
