// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.child;

/**
 * Layout of the memory by which a process requests the computation of one network of its child and sees the end of it.
 * <pre>
 *   0
 *  +---------+------ ...   written by the parent:
 *  | request |             published with release behind the input tensors
 *  +---------+------ ...
 *   64
 *  +---------+------ ...   1 while the child sleeps or is about to: set by the child,
 *  | child   |             cleared by whichever of the two ends the sleep
 *  | asleep  |
 *  +---------+------ ...
 *   128       136      140
 *  +---------+--------+--------+------ ...   written by the child:
 *  | answer  | status | text   |             published with release behind the rest and the output tensors
 *  |         |        | bytes  |
 *  +---------+--------+--------+------ ...
 *   192
 *  +---------+------ ...   as the child's, for the thread of the parent that awaits the answer
 *  | parent  |
 *  | asleep  |
 *  +---------+------ ...
 *   256
 *  +---------------- ...   why it failed, in UTF-8: written by the child
 *  | text
 *  +---------------- ...
 *   4096
 *  +---------------- ...   input tensors, then output tensors, each on a cache line of its own
 *  | tensors
 *  +---------------- ...
 * </pre>
 * Requests are numbered from 1. The answer to a request is its number, so between two requests both words are equal.
 */
final class MailboxDescriptor {
    static final int REQUEST_OFFSET = 0;
    static final int CHILD_ASLEEP_OFFSET = 64;
    static final int ANSWER_OFFSET = 128;
    static final int STATUS_OFFSET = 136;
    static final int TEXT_BYTES_OFFSET = 140;
    static final int PARENT_ASLEEP_OFFSET = 192;
    static final int TEXT_OFFSET = 256;
    static final int MOST_TEXT_BYTES = 1024;
    static final int TENSORS_OFFSET = 4096;
    static final int ALIGNMENT_BYTES = 64;
    static final int DONE = 1;
    static final int FAILED = 2;
    /** The computation failed, and no other will succeed: the device is gone. */
    static final int GONE = 3;

    private MailboxDescriptor() {
    }

    /** Where the tensor behind one begins. */
    static long behind(final long offset, final long bytes) {
        return Math.addExact(offset, Math.addExact(bytes, ALIGNMENT_BYTES - 1L)) & -ALIGNMENT_BYTES;
    }
}
