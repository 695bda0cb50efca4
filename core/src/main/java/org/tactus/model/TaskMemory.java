package org.tactus.model;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a task occupies in an accelerator's memory.
 *
 * @param footprintBytes bytes with everything resident
 * @param swapBytes      the most that may be out at once; empty when the task is never swapped
 * @param objectsFile    table of its memory objects, when given
 */
public record TaskMemory(long footprintBytes, OptionalLong swapBytes, Optional<String> objectsFile) {
}
