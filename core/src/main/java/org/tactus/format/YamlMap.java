// SPDX-License-Identifier: Apache-2.0
package org.tactus.format;

import java.util.Map;
import java.util.Optional;

/**
 * A checked map of a YAML file: every key is known and stands once.
 *
 * @param at     the map as a value
 * @param values by key, in the file's order
 */
record YamlMap(YamlValue at, Map<String, YamlValue> values) {

    /** Tells whether a key is there. */
    boolean has(final String key) {
        return values.containsKey(key);
    }

    /** Finds a value that may be missing. */
    Optional<YamlValue> find(final String key) {
        return Optional.ofNullable(values.get(key));
    }

    /** Finds a value that must be there; the example says what would be right. */
    YamlValue need(final String key, final String example) {
        final YamlValue value = values.get(key);
        if (value == null) {
            throw at.error("key '" + key + "' is missing; add " + example);
        }
        return value;
    }

    /** Reads a duration that may be missing. */
    long durationNs(final String key, final long otherwise) {
        final YamlValue value = values.get(key);
        return value == null ? otherwise : value.durationNs();
    }
}
