// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class UserHomeTest {
    @Test
    void shouldTakeHomeBeforeWhatTheSystemKnowsOfTheUser() {
        assertEquals("/given", UserHome.path("/given", "/nonexistent"));
        assertEquals("/known", UserHome.path(null, "/known"));
        assertEquals("/known", UserHome.path("", "/known"));
        assertEquals("/known", UserHome.path("relative", "/known"));
        assertEquals("/given", UserHome.path("/given", "?"));
        assertEquals("/", UserHome.path(null, "?"));
        assertEquals("/", UserHome.path(null, null));
    }
}
