// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.support;

import org.tactus.internal.time.Sizes;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads an option such as {@code --capacity 8GiB} into bytes. */
public final class SizeConverter implements ITypeConverter<Long> {
    @Override
    public Long convert(final String text) {
        try {
            return Sizes.parse(text);
        } catch (final IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }
}
