// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.edgetpu;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which libedgetpu and which TensorFlow Lite go together. A delegate is a structure of the TensorFlow release that libedgetpu was
 * built against; with another release the process crashes (google-coral/edgetpu issues 812, 731, 666). Known to work is Google's last
 * build (of July 2021, against TensorFlow 2.5) with TensorFlow Lite 2.5 to 2.9; of every other build the user must say what it was
 * built against.
 */
final class VersionPair {
    private static final int MAJOR = 2;
    private static final int FIRST = 5;
    private static final int LAST = 9;
    private static final String SOFTWARE = "software";
    private static final Pattern RELEASE = Pattern.compile("(\\d{1,6})\\.(\\d{1,6})(?:[.\\-+].*)?");
    /** Google's builds of runtime 14 for Linux tell their old compiler and no date; those of others tell both. */
    private static final Pattern GOOGLES = Pattern.compile("BuildLabel\\(COMPILER=[56]\\..*DATE=redacted.*RuntimeVersion\\(14\\)");

    private VersionPair() {
    }

    /**
     * Why two libraries must not be used together; empty when they may.
     *
     * @param tflite       TensorFlow Lite's version, such as {@code 2.9.0}
     * @param edgeTpu      text of libedgetpu's version
     * @param builtAgainst what the user says that libedgetpu was built against, such as {@code 2.16}; null for nothing
     */
    static Optional<String> refusal(final String tflite, final String edgeTpu, final String builtAgainst) {
        if (tflite.startsWith(SOFTWARE) || edgeTpu.startsWith(SOFTWARE)) {
            return tflite.equals(edgeTpu) ? Optional.empty()
                : Optional.of("the software Edge TPU goes with its own TensorFlow Lite only, not with " + tflite + " and " + edgeTpu);
        }
        final Matcher release = RELEASE.matcher(tflite);
        if (!release.matches()) {
            return Optional.of("TensorFlow Lite says version '" + tflite + "', which is no release; use " + advice());
        }
        final int major = Integer.parseInt(release.group(1));
        final int minor = Integer.parseInt(release.group(2));
        if (builtAgainst != null) {
            final Matcher built = RELEASE.matcher(builtAgainst);
            if (built.matches() && Integer.parseInt(built.group(1)) == major && Integer.parseInt(built.group(2)) == minor) {
                return Optional.empty();
            }
            return Optional.of("libedgetpu is said to be built against TensorFlow " + builtAgainst + ", but TensorFlow Lite is " + tflite
                + "; they crash unless both are of one release");
        }
        if (!GOOGLES.matcher(edgeTpu).find()) {
            return Optional.of("this libedgetpu (" + edgeTpu + ") is not Google's build, and does not tell which TensorFlow it was built"
                + " against; say it by -D" + EdgeTpu.BUILT_AGAINST_PROPERTY + "=" + major + "." + minor + " if it was this release");
        }
        if (major != MAJOR || minor < FIRST || minor > LAST) {
            return Optional.of("Google's libedgetpu was built against TensorFlow 2.5 and crashes with releases far from it, but"
                + " TensorFlow Lite is " + tflite + "; use " + advice());
        }
        return Optional.empty();
    }

    private static String advice() {
        return "a C library of TensorFlow Lite " + MAJOR + "." + FIRST + " to " + MAJOR + "." + LAST
            + " by -Dtactus.tflite.library=FILE, or a libedgetpu built against the same release";
    }
}
