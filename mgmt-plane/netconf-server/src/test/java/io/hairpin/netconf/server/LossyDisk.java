package io.hairpin.netconf.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A disk in memory whose power can fail at any operation: of what was not synced then, any part may
 * be there, torn or as blocks of NUL.
 */
final class LossyDisk implements Disk {
  /** What a file holds: durable bytes, and what was done since. */
  private static final class Content {
    private byte[] durable = {};
    private byte[] now = {};
    private final List<Step> steps = new ArrayList<>();
  }

  /** A write at a position, or, without bytes, a cut there. */
  @SuppressWarnings("ArrayRecordComponent") // Compared with none.
  private record Step(long position, byte[] bytes) {}

  private record Names(Map<String, Content> files) {}

  private Map<String, Content> durable = new HashMap<>();
  private Map<String, Content> now = new HashMap<>();
  private final List<Names> history = new ArrayList<>();
  private int operations;
  private int failAt = Integer.MAX_VALUE;
  private boolean open;

  /** How many operations there were. */
  int operations() {
    return operations;
  }

  /** Lets the power fail before an operation. */
  void failAt(int operation) {
    failAt = operation;
  }

  private void step() throws IOException {
    if (operations >= failAt) {
      throw new IOException("the power is gone");
    }
    operations++;
  }

  /** The disk that is found when the power is back. */
  LossyDisk afterPowerLoss(Random random) {
    LossyDisk found = new LossyDisk();
    // The names change in order.
    int kept = random.nextInt(history.size() + 1);
    Map<String, Content> names = kept == 0 ? durable : history.get(kept - 1).files;
    Map<Content, Content> copies = new HashMap<>();
    names.forEach(
        (name, content) ->
            found.now.put(name, copies.computeIfAbsent(content, c -> survivor(c, random))));
    found.durable = new HashMap<>(found.now);
    return found;
  }

  private static Content survivor(Content content, Random random) {
    byte[] bytes = content.durable;
    for (Step step : content.steps) {
      int fate = random.nextInt(4);
      int size = step.bytes.length;
      bytes =
          switch (fate) {
            case 0 -> bytes;
            case 1 -> applied(bytes, step, size);
            case 2 -> applied(bytes, step, random.nextInt(size + 1));
            default -> {
              // The size is there, of the blocks only those at the beginning.
              byte[] blocks = Arrays.copyOf(step.bytes, random.nextInt(size + 1));
              yield applied(bytes, new Step(step.position, Arrays.copyOf(blocks, size)), size);
            }
          };
    }
    Content survivor = new Content();
    survivor.durable = bytes;
    survivor.now = bytes;
    return survivor;
  }

  private static byte[] applied(byte[] bytes, Step step, int size) {
    int from = (int) step.position;
    if (step.bytes.length == 0) {
      return Arrays.copyOf(bytes, Math.min(bytes.length, from));
    }
    byte[] result = Arrays.copyOf(bytes, Math.max(bytes.length, from + size));
    System.arraycopy(step.bytes, 0, result, from, size);
    return result;
  }

  @Override
  public void open() throws IOException {
    if (open) {
      throw new IOException("the disk is in use");
    }
    open = true;
  }

  @Override
  public boolean exists(String name) {
    return now.containsKey(name);
  }

  @Override
  public File open(String name) throws IOException {
    Content content = now.get(name);
    if (content == null) {
      throw new IOException("there is no " + name);
    }
    return new Opened(content);
  }

  private void rename(Map<String, Content> changed) throws IOException {
    step();
    now = changed;
    history.add(new Names(changed));
  }

  @Override
  public File create(String name) throws IOException {
    Map<String, Content> changed = new HashMap<>(now);
    Content content = new Content();
    changed.put(name, content);
    rename(changed);
    return new Opened(content);
  }

  @Override
  public void delete(String name) throws IOException {
    if (now.containsKey(name)) {
      Map<String, Content> changed = new HashMap<>(now);
      changed.remove(name);
      rename(changed);
    }
  }

  @Override
  public void rename(String from, String to) throws IOException {
    Map<String, Content> changed = new HashMap<>(now);
    changed.put(to, changed.remove(from));
    rename(changed);
  }

  @Override
  public void sync() throws IOException {
    step();
    durable = now;
    history.clear();
  }

  @Override
  public void close() {
    open = false;
  }

  private final class Opened implements File {
    private final Content content;

    Opened(Content content) {
      this.content = content;
    }

    @Override
    public long size() {
      return content.now.length;
    }

    @Override
    public int read(ByteBuffer target, long position) {
      int size = Math.min(target.remaining(), content.now.length - (int) position);
      if (size <= 0) {
        return -1;
      }
      target.put(content.now, (int) position, size);
      return size;
    }

    @Override
    public int write(ByteBuffer source, long position) throws IOException {
      step();
      byte[] bytes = new byte[source.remaining()];
      source.get(bytes);
      change(new Step(position, bytes));
      return bytes.length;
    }

    @Override
    public void truncate(long size) throws IOException {
      step();
      change(new Step(size, new byte[0]));
    }

    private void change(Step step) {
      content.steps.add(step);
      content.now = applied(content.now, step, step.bytes.length);
    }

    @Override
    public void sync() throws IOException {
      step();
      content.durable = content.now;
      content.steps.clear();
    }

    @Override
    public void close() {}
  }
}
