// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.text;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.tactus.analysis.TaskVerdict;

/** Fields of objects that several commands write as JSON; what there is not is {@code null}. */
final class JsonFields {
    private JsonFields() {
    }

    /** A task's bound, deadline and slack, nanoseconds. */
    static void bound(final JsonGenerator json, final TaskVerdict task) throws IOException {
        number(json, "responseBoundNs", task.bound());
        number(json, "deadlineNs", task.isBestEffort() ? OptionalLong.empty() : OptionalLong.of(task.deadlineNs()));
        number(json, "slackNs", task.bounded() ? OptionalLong.of(task.slackNs()) : OptionalLong.empty());
    }

    static void number(final JsonGenerator json, final String key, final OptionalLong value) throws IOException {
        json.writeFieldName(key);
        if (value.isPresent()) {
            json.writeNumber(value.getAsLong());
        } else {
            json.writeNull();
        }
    }

    static void number(final JsonGenerator json, final String key, final OptionalDouble value) throws IOException {
        json.writeFieldName(key);
        if (value.isPresent()) {
            json.writeNumber(value.getAsDouble());
        } else {
            json.writeNull();
        }
    }
}
