// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.edgetpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class VersionPairTest {
    /** As published by users: Google's builds, and one of somebody's own. */
    private static final String GOOGLES = "BuildLabel(COMPILER=6.3.0 20170516,DATE=redacted,TIME=redacted), RuntimeVersion(14)";
    private static final String GOOGLES_OLD =
        "BuildLabel(COMPILER=5.4.0 20160609,DATE=redacted,TIME=redacted,CL_NUMBER=291256449), RuntimeVersion(13)";
    private static final String REBUILT = "BuildLabel(COMPILER=14.2.0,DATE=Feb 22 2026,TIME=09:51:57), RuntimeVersion(14)";

    private static String refusal(final String tflite, final String edgeTpu, final String builtAgainst) {
        return VersionPair.refusal(tflite, edgeTpu, builtAgainst).orElse("taken");
    }

    @Test
    void shouldTakeGooglesBuildWithTheReleasesThatItWorksWith() {
        for (final String version : new String[] {"2.5.0", "2.7.0", "2.9.0", "2.9.3", "2.9.0-rc1"}) {
            assertEquals("taken", refusal(version, GOOGLES, null), version);
        }
    }

    @Test
    void shouldRefuseGooglesBuildWithAReleaseThatItCrashesWith() {
        for (final String version : new String[] {"2.12.0", "2.18.0", "2.10.0", "2.4.1", "3.5.0", "1.15.0"}) {
            final String reason = refusal(version, GOOGLES, null);
            assertTrue(reason.contains("TensorFlow Lite is " + version) && reason.contains("-Dtactus.tflite.library=FILE"), reason);
        }
    }

    @Test
    void shouldRefuseABuildOfOthersUntilSomebodySaysWhatItWasBuiltAgainst() {
        assertTrue(refusal("2.18.0", REBUILT, null).contains("-Dtactus.edgetpu.builtAgainst=2.18"));
        assertTrue(refusal("2.9.0", GOOGLES_OLD, null).contains("is not Google's build"));
        assertEquals("taken", refusal("2.18.0", REBUILT, "2.18"));
        assertEquals("taken", refusal("2.18.0", REBUILT, "2.18.1"));
        assertTrue(refusal("2.18.0", REBUILT, "2.16.1").contains("crash unless both are of one release"));
        assertTrue(refusal("2.18.0", REBUILT, "new").contains("is said to be built against TensorFlow new"));
    }

    @Test
    void shouldRefuseWhatIsUnknown() {
        assertTrue(refusal("head", GOOGLES, null).startsWith("TensorFlow Lite says version 'head'"));
        assertTrue(refusal("2.9.0", "", null).contains("is not Google's build"));
    }

    @Test
    void shouldKeepTheSoftwareDeviceToItself() {
        assertEquals(Optional.empty(), VersionPair.refusal("software Edge TPU", "software Edge TPU", null));
        assertTrue(refusal("2.9.0", "software Edge TPU", null).startsWith("the software Edge TPU goes with its own"));
        assertTrue(refusal("software Edge TPU", GOOGLES, null).startsWith("the software Edge TPU goes with its own"));
    }
}
