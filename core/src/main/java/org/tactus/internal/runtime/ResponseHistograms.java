// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.runtime;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.HdrHistogram.Histogram;
import org.tactus.internal.event.PackedHistogram;

/**
 * The responses of every task that a run has admitted, by name. A run may have admitted thousands, and a histogram takes a hundred
 * kilobytes and more: so they are kept compressed, and each look at one makes a histogram anew. The view that is handed out is
 * read-only; any thread may read it when nothing is added any more.
 */
final class ResponseHistograms extends AbstractMap<String, Histogram> {
    private final Map<String, PackedHistogram> packed = new LinkedHashMap<>();

    /** Keeps the responses of a task; what is recorded into them later is not seen. */
    void keep(final String name, final Histogram responses) {
        packed.put(name, PackedHistogram.of(responses));
    }

    @Override
    public Histogram get(final Object name) {
        final PackedHistogram responses = packed.get(name);
        return responses == null ? null : responses.unpacked();
    }

    @Override
    public boolean containsKey(final Object name) {
        return packed.containsKey(name);
    }

    @Override
    public Set<String> keySet() {
        return Collections.unmodifiableSet(packed.keySet());
    }

    @Override
    public Set<Entry<String, Histogram>> entrySet() {
        return new AbstractSet<>() {
            @Override
            public int size() {
                return packed.size();
            }

            @Override
            public Iterator<Entry<String, Histogram>> iterator() {
                final Iterator<Entry<String, PackedHistogram>> entries = packed.entrySet().iterator();
                return new Iterator<>() {
                    @Override
                    public boolean hasNext() {
                        return entries.hasNext();
                    }

                    @Override
                    public Entry<String, Histogram> next() {
                        final Entry<String, PackedHistogram> entry = entries.next();
                        return Map.entry(entry.getKey(), entry.getValue().unpacked());
                    }
                };
            }
        };
    }
}
