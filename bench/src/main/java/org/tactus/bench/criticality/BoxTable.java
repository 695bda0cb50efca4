// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.criticality;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Boxes outside the Java heap, up to a fixed number: what a detector found in one frame, or what is there. Allocates nothing after it
 * was made. One thread.
 * <pre>
 *   0      4      8      12     16     20     24     28     32
 *  +------+------+------+------+------+------+------+------+
 *  |left  |top   |right |bottom|score |class |id    |mark  |
 *  |    px|    px|    px|    px|      |      |      |      |
 *  +------+------+------+------+------+------+------+------+
 * </pre>
 */
public final class BoxTable {
    private static final int TOP_OFFSET = 4;
    private static final int RIGHT_OFFSET = 8;
    private static final int BOTTOM_OFFSET = 12;
    private static final int SCORE_OFFSET = 16;
    private static final int CLASS_OFFSET = 20;
    private static final int ID_OFFSET = 24;
    private static final int MARK_OFFSET = 28;
    private static final int RECORD_LENGTH = 32;

    private final MemorySegment memory;
    private final int capacity;
    private int count;

    /**
     * Makes an empty table; its memory is released when it becomes unreachable.
     *
     * @param capacity boxes that fit; of more, the ones of the lowest scores are left out
     */
    public BoxTable(final int capacity) {
        this.capacity = capacity;
        memory = Arena.ofAuto().allocate((long) (capacity + 1) * RECORD_LENGTH, RECORD_LENGTH);
    }

    /** Removes all boxes. */
    public void clear() {
        count = 0;
    }

    /**
     * Number of boxes.
     *
     * @return 0 or more
     */
    public int count() {
        return count;
    }

    /**
     * Adds a box. A full table keeps the ones of the highest scores.
     *
     * @param left   pixels
     * @param top    pixels
     * @param right  pixels
     * @param bottom pixels
     * @param score  from 0 to 1
     * @param type   class of the object
     * @param id     which object it is; of no meaning for a detection
     */
    public void add(
        final float left, final float top, final float right, final float bottom, final float score, final int type, final int id) {
        int at = count;
        if (count == capacity) {
            at = lowest();
            if (score(at) >= score) {
                return;
            }
        } else {
            count++;
        }
        put(at, 0, left);
        put(at, TOP_OFFSET, top);
        put(at, RIGHT_OFFSET, right);
        put(at, BOTTOM_OFFSET, bottom);
        put(at, SCORE_OFFSET, score);
        putInt(at, CLASS_OFFSET, type);
        putInt(at, ID_OFFSET, id);
        putInt(at, MARK_OFFSET, 0);
    }

    private int lowest() {
        int low = 0;
        for (int i = 1; i < count; i++) {
            low = score(i) < score(low) ? i : low;
        }
        return low;
    }

    /**
     * Adds a box of another table.
     *
     * @param from the table
     * @param i    which box
     */
    public void add(final BoxTable from, final int i) {
        add(from.left(i), from.top(i), from.right(i), from.bottom(i), from.score(i), from.type(i), from.id(i));
    }

    /**
     * Takes over all boxes of another table in place of its own.
     *
     * @param from the table
     */
    public void copy(final BoxTable from) {
        clear();
        for (int i = 0; i < from.count; i++) {
            add(from, i);
        }
    }

    /** Left edge of a box, pixels. */
    float left(final int i) {
        return get(i, 0);
    }

    /** Upper edge of a box, pixels. */
    float top(final int i) {
        return get(i, TOP_OFFSET);
    }

    /** Right edge of a box, pixels. */
    float right(final int i) {
        return get(i, RIGHT_OFFSET);
    }

    /** Lower edge of a box, pixels. */
    float bottom(final int i) {
        return get(i, BOTTOM_OFFSET);
    }

    /** Middle between left and right, pixels. */
    float centreX(final int i) {
        return (left(i) + right(i)) / 2;
    }

    /** Middle between top and bottom, pixels. */
    float centreY(final int i) {
        return (top(i) + bottom(i)) / 2;
    }

    /** Score of a box, from 0 to 1. */
    float score(final int i) {
        return get(i, SCORE_OFFSET);
    }

    /** Class of a box. */
    int type(final int i) {
        return getInt(i, CLASS_OFFSET);
    }

    /** Which object a box is. */
    int id(final int i) {
        return getInt(i, ID_OFFSET);
    }

    /** Names the object that a box is. */
    void id(final int i, final int id) {
        putInt(i, ID_OFFSET, id);
    }

    /**
     * Share of the union of two boxes that both cover.
     *
     * @param i     a box of this table
     * @param other another table, or this one
     * @param j     a box of it
     * @return from 0 to 1
     */
    public float overlap(final int i, final BoxTable other, final int j) {
        final float width = Math.min(right(i), other.right(j)) - Math.max(left(i), other.left(j));
        final float height = Math.min(bottom(i), other.bottom(j)) - Math.max(top(i), other.top(j));
        if (width <= 0 || height <= 0) {
            return 0;
        }
        final float both = width * height;
        return both / (area(i) + other.area(j) - both);
    }

    private float area(final int i) {
        return (right(i) - left(i)) * (bottom(i) - top(i));
    }

    /**
     * Suppresses, class by class, each box that a box of a higher score overlaps; of equal scores the earlier one stays. The others stay
     * in descending order of their scores.
     *
     * @param most the largest overlap of two boxes of a class that both stay
     */
    public void suppress(final float most) {
        sort();
        int kept = 0;
        for (int i = 0; i < count; i++) {
            boolean stays = true;
            for (int j = 0; j < kept && stays; j++) {
                stays = type(j) != type(i) || overlap(j, this, i) <= most;
            }
            if (stays) {
                move(i, kept++);
            }
        }
        count = kept;
    }

    /** Sorts by descending score; equal ones keep their order. The record behind the last one is scratch. */
    private void sort() {
        for (int i = 1; i < count; i++) {
            int at = i;
            while (at > 0 && score(at - 1) < score(i)) {
                at--;
            }
            if (at < i) {
                move(i, capacity);
                MemorySegment.copy(memory, offset(at), memory, offset(at + 1), (long) (i - at) * RECORD_LENGTH);
                move(capacity, at);
            }
        }
    }

    /** Removes a box; the last one takes its place. */
    void remove(final int i) {
        count--;
        move(count, i);
    }

    private void move(final int from, final int to) {
        if (from != to) {
            MemorySegment.copy(memory, offset(from), memory, offset(to), RECORD_LENGTH);
        }
    }

    private static long offset(final int i) {
        return (long) i * RECORD_LENGTH;
    }

    private float get(final int i, final int field) {
        return memory.get(ValueLayout.JAVA_FLOAT, offset(i) + field);
    }

    private void put(final int i, final int field, final float value) {
        memory.set(ValueLayout.JAVA_FLOAT, offset(i) + field, value);
    }

    private int getInt(final int i, final int field) {
        return memory.get(ValueLayout.JAVA_INT, offset(i) + field);
    }

    private void putInt(final int i, final int field, final int value) {
        memory.set(ValueLayout.JAVA_INT, offset(i) + field, value);
    }
}
