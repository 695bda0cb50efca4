// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.graph;

import java.util.Arrays;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tactus.bindings.NativeCallException;

/** Says in words of ours, with what to do, why ONNX Runtime does not take a model, for the causes that people meet. */
public final class RuntimeRefusal {
    /** The runtime has all operators from this set on. */
    private static final int OLDEST = 7;
    private static final String REFUSES = "ONNX Runtime refuses the model: ";

    /** A cause: what the runtime says, and what we say of it. */
    private record Cause(Pattern pattern, Function<MatchResult, String> text) {
        Cause(final String pattern, final Function<MatchResult, String> text) {
            this(Pattern.compile(pattern), text);
        }
    }

    private static final Cause[] CAUSES = {
        new Cause("Could not find an implementation for ([\\w.:]+)\\((\\d+)\\) node with name '([^']*)'",
            found -> "node '" + found.group(3)
            + "': the runtime computes no " + found.group(1) + " of operator set " + found.group(2)
            + " on these types; " + (Integer.parseInt(found.group(2)) < OLDEST
            ? "convert the model to operator set " + OLDEST + " or later" : "cast its inputs before it, such as to FLOAT or INT32")),
        new Cause("Fatal error: ([^\\s:]*):(\\w+)\\(-?\\d+\\) is not a registered function/op",
            found -> "operator " + found.group(2)
            + " of domain '" + found.group(1) + "' is none of the runtime's; export the model without it, and leave "
            + "to the program what it does"),
        new Cause("No Op registered for (\\w+) with domain_version of (\\d+)",
            found -> "the runtime has no operator " + found.group(1) + " in operator set " + found.group(2) + "; export the model without "
            + "it, or with another operator set"),
        new Cause("[Oo]pset (\\d+) is under development.*?till opset (\\d+)",
            found -> "operator set " + found.group(1) + " is newer than "
            + "the runtime's " + found.group(2) + "; export the model with operator set " + found.group(2) + " or earlier"),
        new Cause("Unsupported model IR version: (\\d+), max supported IR version: (\\d+)",
            found -> "its format version " + found.group(1)
            + " (IR) is newer than the runtime's " + found.group(2) + "; save the model with version " + found.group(2) + " or earlier"),
        new Cause("layout_ == 0 was false",
            found -> "a recurrent operator with the batch first (layout 1) is none of the runtime's; export "
            + "it with layout 0"),
    };

    private RuntimeRefusal() {
    }

    /**
     * Makes the refusal.
     *
     * @param model what errors call the model
     * @param e     what the runtime said
     * @return the exception to throw; the runtime's own text where it is none of the known causes
     */
    public static InvalidModelException of(final String model, final NativeCallException e) {
        for (final Cause cause : CAUSES) {
            final Matcher matcher = cause.pattern().matcher(e.getMessage());
            if (matcher.find()) {
                return new InvalidModelException(model + ": " + REFUSES + cause.text().apply(matcher.toMatchResult()), e);
            }
        }
        return new InvalidModelException(model + ": " + REFUSES + e.getMessage(), e);
    }

    /**
     * Tells whether a refusal stays whatever extents the inputs have: none of the known causes depends on them.
     *
     * @param refusal what was refused
     * @return false also where the cause is not known
     */
    static boolean isOfAnyShape(final InvalidModelException refusal) {
        return refusal.getCause() instanceof final NativeCallException said
            && Arrays.stream(CAUSES).anyMatch(cause -> cause.pattern().matcher(said.getMessage()).find());
    }
}
