// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.tactus.bindings.linux.ThreadAccounts;
import org.tactus.internal.kernel.HandOverQueue;

class StringConstantsTest {
    /** Has every kind of constant that a class file may have, so that its string is found only when each is skipped rightly. */
    private static final class Constants {
        static String never(final boolean never, final long count, final double share) {
            final Runnable lambda = () -> System.identityHashCode("in a lambda, never interned before");
            if (never) {
                lambda.run();
                return "a message that is never needed, äöü" + count + share + 12345678901L + 1.5e300 + 2.5f + 123_456;
            }
            return "another message that is never needed";
        }
    }

    /** Whether a text exists as a constant already: an equal new one is interned to another object. */
    private static boolean exists(final String... parts) {
        final String made = String.join("", parts);
        return made.intern() != made;
    }

    @Test
    void shouldMakeConstantsOfMessagesThatWereNeverNeeded() {
        assertFalse(exists("a text that", " is in no class"));
        assertTrue(StringConstants.make(Constants.class) > 0);
        assertTrue(exists("another message", " that is never needed"));
        assertTrue(exists("in a lambda,", " never interned before"));
        assertEquals(0, StringConstants.make(Constants.class), "each class is read once");
    }

    @Test
    void shouldFollowOurClassesWhenTheyAreNamed() {
        StringConstants.make(HandOverQueue.class); // another test of this process may have done it
        assertTrue(exists("slot \u0001 was handed over twice,", " or is none of the \u0001 that there are"),
            "the recipe of a concatenation");
        assertTrue(exists("capacity of \u0001 tasks;", " the most is 4096"), "the state that the queue's class names");
        assertTrue(exists("Unrecoverable uncaught exception", " encountered. The VM will now exit"), "the JDK's, in native calls");
    }

    /** Who reads a segment of memory asks the layout, which has one constant; a software driver asks often enough to have it compiled. */
    @Test
    void shouldMakeConstantsOfTheLayoutsThatASegmentIsReadBy() {
        StringConstants.make(HandOverQueue.class);
        assertTrue(exists("%s", "%d"), "of ValueLayouts.AbstractValueLayout");
    }

    @Test
    void shouldMakeTheMessagesThatTheJvmAddsToAnAbstractClass() {
        StringConstants.make(HandOverQueue.class);
        assertTrue(exists("Method jdk/internal/foreign/AbstractMemorySegmentImpl", ".address()J is abstract"));
        assertTrue(exists("Method jdk/internal/foreign/AbstractMemorySegmentImpl", ".heapBase()Ljava/util/Optional; is abstract"));
    }

    @Test
    void shouldFollowGeneratedClassesOfHeaders() {
        StringConstants.make(ThreadAccounts.class);
        assertTrue(exists("sched_get", "scheduler"), "a function of the header");
    }

    @Test
    void shouldLeaveAClassThatHasNoFile() {
        final Runnable lambda = () -> { };
        assertEquals(0, StringConstants.make(lambda.getClass()));
    }
}
