package org.tactus.cli.support;

import org.tactus.internal.time.Durations;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads an option such as {@code --for 10s} into nanoseconds above 0. */
public final class DurationConverter implements ITypeConverter<Long> {
    @Override
    public Long convert(final String text) {
        final long ns;
        try {
            ns = Durations.parse(text);
        } catch (final IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
        if (ns <= 0) {
            throw new TypeConversionException("'" + text + "' is no time at all; give more than 0, such as 2.5ms");
        }
        return ns;
    }
}
