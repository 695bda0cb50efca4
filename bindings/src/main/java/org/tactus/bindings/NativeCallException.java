package org.tactus.bindings;

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
