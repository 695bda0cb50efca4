// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.linux;

/**
 * What the system answered to a wish.
 *
 * @param granted whether it was given
 * @param text    what was given, or the call that refused with the system's reason; one line
 */
public record Grant(boolean granted, String text) {
    static Grant given(final String text) {
        return new Grant(true, text);
    }

    static Grant refused(final String text) {
        return new Grant(false, text);
    }
}
