package org.tactus.cli.support;

import org.tactus.internal.time.Durations;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads an option such as {@code --for 10s} into nanoseconds. */
final class DurationConverter implements ITypeConverter<Long> {
    @Override
    public Long convert(final String text) {
        try {
            return Durations.parse(text);
        } catch (final IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }
}
