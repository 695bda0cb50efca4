// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.child;

/**
 * Layout of the memory by which a dispatcher requests a computation of a child process and sees its end.
 * <pre>
 *   0        8        12
 *  +--------+--------+------- ...   written by the parent's dispatcher;
 *  |request |network |              the request is published last, with release
 *  +--------+--------+------- ...
 *   64
 *  +--------+---------------- ...   1 while the child sleeps or is about to: written by the child,
 *  |asleep  |                       taken back by whichever of the two ends the sleep
 *  +--------+---------------- ...
 *   128      136      140      144      152
 *  +--------+--------+--------+--------+--------+   written by the child;
 *  |answer  |status  |text    |begin ns|end ns  |   the answer is published last, with release
 *  |        |        |bytes   |        |        |
 *  +--------+--------+--------+--------+--------+
 *   192
 *  +------------------------- ...   why it failed, in UTF-8
 *  |text
 *  +------------------------- ...
 * </pre>
 * Requests are numbered from 1. The answer to a request is its number, so between two requests both words are equal. Times are of the
 * system's monotonic clock, which both processes share.
 */
final class MailboxDescriptor {
    static final int REQUEST_OFFSET = 0;
    static final int NETWORK_OFFSET = 8;
    static final int ASLEEP_OFFSET = 64;
    static final int ANSWER_OFFSET = 128;
    static final int STATUS_OFFSET = 136;
    static final int TEXT_BYTES_OFFSET = 140;
    static final int BEGIN_OFFSET = 144;
    static final int END_OFFSET = 152;
    static final int TEXT_OFFSET = 192;
    static final int MOST_TEXT_BYTES = 1024;
    static final int LENGTH = 4096;
    /** The network of a request that computes nothing: what the way there and back takes. */
    static final int NO_NETWORK = -1;
    static final int DONE = 1;
    static final int FAILED = 2;
    /** The segment failed, and no other will run: the device is gone. */
    static final int GONE = 3;

    private MailboxDescriptor() {
    }
}
