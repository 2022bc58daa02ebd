package io.hairpin.netconf.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.hairpin.netconf.server.ServerConfiguration.Limits;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When a session is ended because of what its peer does not do. */
@Timeout(30)
class ActivityTest {
  private static final Limits LIMITS =
      new Limits(
          10,
          10,
          6,
          Duration.ofSeconds(60),
          Duration.ofSeconds(20),
          Duration.ofSeconds(300),
          Optional.empty());

  private static long later(int seconds) {
    return System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
  }

  @Test
  void helloIsAwaitedForItsTime() {
    Activity activity = new Activity(System.nanoTime());
    assertThat(activity.overdue(later(10), LIMITS, false)).isNull();
    assertThat(activity.overdue(later(30), LIMITS, false)).isEqualTo("hello-timeout of 20 seconds");
    activity.greeted();
    assertThat(activity.overdue(later(30), LIMITS, false)).isNull();
  }

  @Test
  void silenceIsIdleButNotARequestAtWorkNorASubscription() {
    Activity activity = new Activity(System.nanoTime());
    activity.greeted();
    activity.waits(System.nanoTime());
    assertThat(activity.overdue(later(200), LIMITS, false)).isNull();
    assertThat(activity.overdue(later(400), LIMITS, false))
        .isEqualTo("idle-timeout of 300 seconds");
    assertThat(activity.overdue(later(400), LIMITS, true)).isNull();
    activity.begins();
    assertThat(activity.overdue(later(400), LIMITS, false)).isNull();
  }

  @Test
  void whatComesInEndsTheSilence() throws Exception {
    Activity activity = new Activity(0);
    activity.greeted();
    activity.waits(0);
    assertThat(activity.watched(new ByteArrayInputStream(new byte[1])).read(new byte[1]))
        .isEqualTo(1);
    assertThat(activity.overdue(later(200), LIMITS, false)).isNull();
  }

  @Test
  void aPeerThatTakesNothingIsEnded() throws Exception {
    Activity activity = new Activity(System.nanoTime());
    activity.greeted();
    CountDownLatch writing = new CountDownLatch(1);
    CountDownLatch taken = new CountDownLatch(1);
    OutputStream full =
        activity.watched(
            new OutputStream() {
              @Override
              public void write(int b) throws IOException {
                writing.countDown();
                try {
                  taken.await();
                } catch (InterruptedException e) {
                  throw new IOException(e);
                }
              }
            });
    Thread writer =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    full.write(new byte[1]);
                  } catch (IOException e) {
                    throw new AssertionError(e);
                  }
                });
    writing.await();
    assertThat(activity.overdue(later(30), LIMITS, true)).isNull();
    assertThat(activity.overdue(later(90), LIMITS, true))
        .isEqualTo("the peer took nothing for 60 seconds");
    taken.countDown();
    writer.join();
    assertThat(activity.overdue(later(90), LIMITS, false)).isNull();
  }
}
