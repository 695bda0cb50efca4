// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.edgetpu.cost;

import java.util.Arrays;

/**
 * What the driver of an Edge TPU keeps in the device's parameter memory: the rule of libedgetpu's driver/driver.cc. Pure; not
 * thread-safe; {@link #submit} allocates nothing.
 *
 * <ol>
 * <li>A package whose token is 0 or differs from the current token makes the driver forget all that is cached.</li>
 * <li>A package with parameters to cache that are not cached uploads them, and its token becomes the current one.</li>
 * </ol>
 *
 * <p>Hence packages of one compilation (one token) stay beside each other, packages of several evict each other at every switch, and a
 * package without anything to cache but of another token, or of none, evicts as well. The driver does not check that what is beside
 * each other fits: the compiler answers for that. Here a package that does not fit is refused, because a device would compute nonsense.
 */
public final class ParameterCache {
    private final long usableBytes;
    private long[] tokens = new long[8];
    private long[] cachedBytes = new long[8];
    private boolean[] resident = new boolean[8];
    private int count;
    private long currentToken;
    private long residentBytes;
    private long uploads;
    private long evictions;

    /**
     * Makes an empty cache.
     *
     * @param sramBytes     parameter memory of the device
     * @param reservedBytes the part of it that caching cannot use (the executables' space)
     */
    public ParameterCache(final long sramBytes, final long reservedBytes) {
        if (reservedBytes < 0 || sramBytes < reservedBytes) {
            throw new IllegalArgumentException("reserved " + reservedBytes + "B of " + sramBytes + "B; the part is at most the whole");
        }
        usableBytes = sramBytes - reservedBytes;
    }

    /**
     * Makes a package known to the driver; nothing is uploaded yet.
     *
     * @param token  its parameter caching token; 0 for none
     * @param cached bytes of parameters to cache; 0 for none
     * @return its number for {@link #submit}
     */
    public int add(final long token, final long cached) {
        if (count == tokens.length) {
            tokens = Arrays.copyOf(tokens, 2 * count);
            cachedBytes = Arrays.copyOf(cachedBytes, 2 * count);
            resident = Arrays.copyOf(resident, 2 * count);
        }
        tokens[count] = token;
        cachedBytes[count] = cached;
        return count++;
    }

    /**
     * Submits a package, as an invocation does.
     *
     * @param number the package
     * @return bytes that must be uploaded first; 0 when there is nothing to upload; -1 when they do not fit beside what is there, and then
     *         nothing of the package is cached
     */
    public long submit(final int number) {
        if (tokens[number] == 0 || tokens[number] != currentToken) {
            forget();
        }
        if (cachedBytes[number] == 0 || resident[number]) {
            return 0;
        }
        if (residentBytes + cachedBytes[number] > usableBytes) {
            return -1;
        }
        currentToken = tokens[number];
        resident[number] = true;
        residentBytes += cachedBytes[number];
        uploads++;
        return cachedBytes[number];
    }

    /** Forgets everything cached, as a device does that was reset or plugged in again. */
    public void forget() {
        for (int i = 0; residentBytes > 0 && i < count; i++) {
            if (resident[i]) {
                resident[i] = false;
                evictions++;
            }
        }
        residentBytes = 0;
    }

    /**
     * Tells whether a package's parameters are cached.
     *
     * @param number the package
     * @return true when its next invocation uploads nothing, if no other token comes between
     */
    public boolean isResident(final int number) {
        return resident[number];
    }

    /**
     * Bytes of parameters that are cached.
     *
     * @return at most the usable memory
     */
    public long residentBytes() {
        return residentBytes;
    }

    /**
     * Bytes that parameters may occupy.
     *
     * @return the memory less its reserved part
     */
    public long usableBytes() {
        return usableBytes;
    }

    /**
     * Packages uploaded so far.
     *
     * @return a count
     */
    public long uploads() {
        return uploads;
    }

    /**
     * Cached packages that were forgotten so far.
     *
     * @return a count
     */
    public long evictions() {
        return evictions;
    }
}
