// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class JmhCommandTest {
    @Test
    void shouldStartJvmsWithoutTheLogThatOnlyThisOneHasOpen() {
        final List<String> flags = List.of("-Xmx1g", "-Xlog:safepoint:file=/proc/self/fd/9:timenanos:filecount=0", "-Dtactus.safepoints=x");
        assertEquals(List.of("-jvmArgs", "-Xmx1g", "Policy", "-h"), BenchCommand.JmhCommand.words(flags, List.of("Policy", "--help")));
        assertEquals(List.of("-jvmArgs", "-Xint", "Policy"), BenchCommand.JmhCommand.words(flags, List.of("-jvmArgs", "-Xint", "Policy")));
    }
}
