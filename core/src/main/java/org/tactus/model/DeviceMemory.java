package org.tactus.model;

/**
 * Memory of an accelerator as a scheduled resource.
 *
 * @param capacityBytes       bytes available to the tasks' objects
 * @param chunkBytes          bytes of one chunk, the unit of swapping
 * @param protocol            how swapping is scheduled
 * @param chunkInNs           worst-case time to bring one chunk in, nanoseconds
 * @param chunkOutNs          worst-case time to take one chunk out, nanoseconds
 * @param swapInOverheadNs    time of a swap-in beyond its chunks, nanoseconds
 * @param swapOutOverheadNs   time of a swap-out beyond its chunks, nanoseconds
 */
public record DeviceMemory(
    long capacityBytes, long chunkBytes, SwapProtocol protocol, long chunkInNs, long chunkOutNs,
    long swapInOverheadNs, long swapOutOverheadNs) {
}
