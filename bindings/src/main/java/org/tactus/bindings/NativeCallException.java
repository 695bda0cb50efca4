// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings;

import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** A native call that reported an error; the message holds the call's name and the library's own text. */
public final class NativeCallException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The function that failed. */
    private final String function;
    /** The library's number for the error. */
    private final int code;

    /**
     * Makes the error.
     *
     * @param function name of the function as in the C header
     * @param code     the library's number
     * @param text     the library's text
     */
    public NativeCallException(final String function, final int code, final String text) {
        super(function + " failed with code " + code + ": " + text.strip().replaceAll("\\s*\\R\\s*", " "));
        this.function = function;
        this.code = code;
    }

    /**
     * Makes the error of a call whose arguments matter.
     *
     * @param function  name of the function as in the C header
     * @param arguments as passed; those that look like addresses are printed in hexadecimal
     * @param code      the library's number
     * @param text      the library's text
     */
    public NativeCallException(final String function, final long[] arguments, final int code, final String text) {
        super(function + LongStream.of(arguments).mapToObj(NativeCallException::argument).collect(Collectors.joining(", ", "(", ")"))
            + " failed with code " + code + ": " + text);
        this.function = function;
        this.code = code;
    }

    private NativeCallException(final String message, final String function, final int code) {
        super(message);
        this.function = function;
        this.code = code;
    }

    /**
     * The error of a call that another process made.
     *
     * @param message  as it was there
     * @param function name of the function as in the C header
     * @param code     the library's number
     * @return the same error here
     */
    public static NativeCallException passedOn(final String message, final String function, final int code) {
        return new NativeCallException(message, function, code);
    }

    private static String argument(final long value) {
        return value < 0 || value >= 1L << 32 ? "0x" + Long.toHexString(value) : Long.toString(value);
    }

    /**
     * The function that failed.
     *
     * @return its name in the C header
     */
    public String function() {
        return function;
    }

    /**
     * The library's number for the error.
     *
     * @return as in the library's header
     */
    public int code() {
        return code;
    }
}
