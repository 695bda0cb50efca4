// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.support;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TerminalTest {
    @Test
    void shouldGiveAProgramTheWidestLineWhenItReadsThem() {
        final Map<String, String> environment = new HashMap<>(Map.of("COLUMNS", "80", "PATH", "/bin"));
        Terminal.unbroken(environment);
        assertEquals(Terminal.WIDEST, Terminal.width(environment.get("COLUMNS")), "which is not cut to less");
        assertEquals(Terminal.WIDEST, Terminal.width("9999"), "there is no more");
        assertEquals("/bin", environment.get("PATH"));
    }
}
