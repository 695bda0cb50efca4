package org.tactus.cli.support;

import java.math.BigDecimal;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tactus.internal.time.Durations;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Reads an option such as {@code --for 10s} into nanoseconds above 0. Beside the units of the file formats, a person at the command line
 * may write minutes and hours.
 */
public final class DurationConverter implements ITypeConverter<Long> {
    private static final Pattern LONG_FORM = Pattern.compile("([0-9]{1,18}(?:\\.[0-9]{1,18})?)\\s*([mh])");
    private static final Pattern SHORT_FORM = Pattern.compile("[0-9]+(\\.[0-9]+)?\\s*(ns|us|ms|s)");
    private static final BigDecimal SECONDS_A_MINUTE = BigDecimal.valueOf(60);
    private static final BigDecimal SECONDS_AN_HOUR = BigDecimal.valueOf(3600);

    @Override
    public Long convert(final String text) {
        final String seconds = inSeconds(text.strip());
        if (!SHORT_FORM.matcher(seconds).matches()) {
            throw new TypeConversionException(
                "'" + text + "' is not a duration; write a number and ns, us, ms, s, m or h, such as 2.5ms or 5m");
        }
        final long ns;
        try {
            ns = Durations.parse(seconds);
        } catch (final IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
        if (ns <= 0) {
            throw new TypeConversionException("'" + text + "' is no time at all; give more than 0, such as 2.5ms");
        }
        return ns;
    }

    private static String inSeconds(final String text) {
        final Matcher matcher = LONG_FORM.matcher(text);
        if (!matcher.matches()) {
            return text;
        }
        final BigDecimal seconds = matcher.group(2).equals("h") ? SECONDS_AN_HOUR : SECONDS_A_MINUTE;
        return new BigDecimal(matcher.group(1)).multiply(seconds).toPlainString() + "s";
    }
}
