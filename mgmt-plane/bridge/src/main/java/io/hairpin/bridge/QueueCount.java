package io.hairpin.bridge;

/**
 * How many frames were given to a queue.
 *
 * @param trafficClass the queue, 0 to 7
 * @param count the frames, replicas not counted
 */
public record QueueCount(int trafficClass, Count count) {}
