// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class UndoTest {
    @Test
    void shouldTakeAllBackAndThrowTheFirstErrorWhenStepsFail() {
        final List<String> done = new ArrayList<>();
        final IllegalStateException last = new IllegalStateException("third");
        final Undo undo = new Undo();
        undo.add(() -> done.add("first"));
        undo.add(() -> {
            throw new IllegalArgumentException("second");
        });
        undo.add(() -> {
            throw last;
        });
        undo.add(() -> done.add("fourth"));
        assertSame(last, assertThrows(IllegalStateException.class, undo::runOrThrow));
        assertEquals("second", last.getSuppressed()[0].getMessage());
        assertEquals(List.of("fourth", "first"), done);
        assertTrue(undo.run().isEmpty(), "nothing is left to take back");
        assertEquals(2, done.size());
    }
}
