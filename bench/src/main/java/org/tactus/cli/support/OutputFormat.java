// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.support;

import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** How a command prints its answer. */
public enum OutputFormat {
    /** For people. */
    TABLE,
    /** One JSON object a line. */
    JSON,
    /** One row a task under a line of column names. */
    CSV;

    /** {@code --format}: what commands share that print in any of them. */
    public static final class Choice {
        @Option(names = "--format", paramLabel = "FORMAT", defaultValue = "table", converter = Converter.class,
            description = "table, json or csv (${DEFAULT-VALUE}).")
        private OutputFormat format;

        /**
         * The format that was chosen.
         *
         * @return the table where none was
         */
        public OutputFormat format() {
            return format;
        }
    }

    /** Reads the option's lower-case words. */
    public static final class Converter implements ITypeConverter<OutputFormat> {
        @Override
        public OutputFormat convert(final String text) {
            return switch (text.toLowerCase(Locale.ROOT)) {
                case "table" -> TABLE;
                case "json" -> JSON;
                case "csv" -> CSV;
                default -> throw new TypeConversionException("'" + text + "' is no format; write table, json or csv");
            };
        }
    }
}
