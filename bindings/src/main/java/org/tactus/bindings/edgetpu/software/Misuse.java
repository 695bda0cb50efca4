// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.edgetpu.software;

import java.util.ArrayList;
import java.util.List;

/** What a caller did that the real libraries would have crashed on. Also the monitor that guards the tables of objects. */
final class Misuse {
    private final List<String> said = new ArrayList<>();

    synchronized void add(final String what) {
        said.add(what);
    }

    synchronized List<String> list() {
        return List.copyOf(said);
    }
}
