// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

class OfferLedgerTest {
    private static final int RUNS = Math.max(2_000, Integer.getInteger("tactus.property.sets", 0));
    private static final int TAU = 4;
    private static final int PERIOD = 10;

    @TempDir
    private Path folder;

    private static TaskSet set() {
        return TaskSet.builder("set").device(DeviceSpec.modelled("a"))
            .task("offered", t -> t.periodNs(PERIOD).segment("a", 1).remote(new Task.Remote("localhost:1", TAU, 1, 0.5)))
            .task("other", t -> t.periodNs(PERIOD).segment("a", 1)).build();
    }

    private static OfferLedger ledger(final Rig rig) {
        return new OfferLedger(new OfferGate(rig.state), 0, rig.state.generation(0));
    }

    @Test
    void shouldReleaseTheFallbackTauLaterWhenNoAnswerCame() {
        final Rig rig = new Rig(set());
        assertEquals(TAU, ledger(rig).firstNominalNs());
        rig.devices[0].release(3);
        assertEquals(List.of("release 1#0 of 0 @3"), rig.take(), "the job is offered at 0; its fallback is not due");
        rig.devices[0].release(5);
        assertEquals(List.of("release 0#0 of 4 @5"), rig.take());
        assertEquals(6, set().tasks().getFirst().deadlineNs(), "the deadline of the whole job less tau");
    }

    @Test
    void shouldReleaseNoFallbackWhenAnAnswerCameInTime() {
        final Rig rig = new Rig(set());
        final OfferLedger ledger = ledger(rig);
        rig.devices[0].release(0);
        ledger.sent(0, true);
        assertEquals(OfferLedger.USED, ledger.answer(ledger.generation(), 0));
        rig.take();
        rig.devices[0].release(4);
        assertEquals(List.of("answered 0 of 4 @4"), rig.take());
        assertEquals(OfferLedger.DUPLICATE, ledger.answer(ledger.generation(), 0));
        rig.devices[0].release(14);
        assertEquals(List.of("release 0#0 of 14 @14"), rig.take(), "the next offer is not answered");
    }

    @Test
    void shouldDropTheAnswerWhenTheFallbackIsReleased() {
        final Rig rig = new Rig(set());
        final OfferLedger ledger = ledger(rig);
        ledger.sent(0, true);
        rig.devices[0].release(4);
        assertEquals(OfferLedger.LATE, ledger.answer(ledger.generation(), 0));
        assertEquals(OfferLedger.DUPLICATE, ledger.answer(ledger.generation(), 0));
        assertEquals(1, ledger.count(OfferLedger.LATE));
    }

    @Test
    void shouldKeepTheAnswerWhenTheDispatcherIsBehindByLessThanAPeriod() {
        final Rig rig = new Rig(set());
        final OfferLedger ledger = ledger(rig);
        ledger.sent(0, true);
        ledger.sent(1, true);
        assertEquals(OfferLedger.USED, ledger.answer(ledger.generation(), 1), "the dispatcher has not looked since 0");
        rig.devices[0].release(14);
        assertTrue(rig.take().containsAll(List.of("release 0#0 of 4 @14", "answered 0 of 14 @14")));
    }

    @Test
    void shouldDropTheAnswerWhenItNamesAnotherTaskOrNoOffer() {
        final Rig rig = new Rig(set());
        final OfferLedger ledger = ledger(rig);
        assertEquals(OfferLedger.UNSENT, ledger.answer(ledger.generation(), 0));
        ledger.sent(0, false);
        assertEquals(OfferLedger.UNSENT, ledger.answer(ledger.generation(), 0), "the link had no room");
        ledger.sent(1, true);
        assertEquals(OfferLedger.STALE, ledger.answer(ledger.generation() + 1, 1));
        ledger.refusal(ledger.generation(), 1);
        assertEquals(1, ledger.refused());
        assertEquals(OfferLedger.DUPLICATE, ledger.answer(ledger.generation(), 1), "refused before");
        rig.state.requestStop(0);
        rig.devices[0].stop(0, 5);
        ledger.sent(2, true);
        assertEquals(OfferLedger.STALE, ledger.answer(ledger.generation(), 2), "the task has stopped");
        rig.state.define(0, set().tasks().getFirst(), 0, 1);
        rig.devices[0].admit(0, 100);
        ledger.sent(3, true);
        assertEquals(OfferLedger.STALE, ledger.answer(ledger.generation(), 3), "another task has the slot");
        assertEquals(Long.MIN_VALUE, ledger.firstNominalNs());
    }

    @Test
    void shouldCountOnWhenNumbersWrapInTheWord() {
        long word = OfferWord.first(7);
        for (final long number : new long[] {0, 1, (1L << 30) - 1, 1L << 30, 5L << 30}) {
            final long at = OfferWord.first(7) | (number & (1L << 30) - 1) << 2;
            assertEquals(0, OfferWord.ahead(at, number));
            assertEquals(1, OfferWord.ahead(at, number + 1));
            assertEquals(-1, OfferWord.ahead(at, number - 1));
            assertEquals(-1, OfferWord.ahead(OfferWord.next(at), number));
            assertEquals(7, OfferWord.generation(OfferWord.next(at)));
        }
        word |= 3;
        assertEquals(1, OfferWord.next(word) & 3, "the one that came early is the open one's");
    }

    @Test
    void shouldDecideAsThePlainReferenceWhenEventsComeInAnyOrder() {
        final long seed = System.nanoTime();
        final String found = search(seed, RUNS);
        assertEquals("", found, "seed " + seed);
        System.out.println("offers: " + RUNS + " random histories against the plain reference, seed " + seed);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '@', quoteCharacter = '"', textBlock = """
        a late answer counts@OfferGate@if (ahead < 0) {@if (ahead < -1) {
        a fallback runs all the same@HomeReleases@&& offers.passed(taskOffset)@&& offers.passed(taskOffset) && nowNs < 0
        an answer cancels for ever@OfferWord@(word & NEXT_ANSWERED) >>> 1@(word & 3)
        an early answer is lost@OfferWord@| (word & NEXT_ANSWERED) >>> 1@
        the generation is not looked at@OfferLedger@if (answered != generation) {@if (answered < 0) {
        the slot's task is not looked at@OfferGate@if (word == 0 || OfferWord.generation(word) != generation) {@if (word == 0) {
        a stopped task takes answers@HomeReleases@offers.closed(taskOffset);@
        a double counts twice@OfferLedger@states[at] = DONE;@
        what was not sent counts@OfferLedger@numbers[at] != number || states[at] == 0@numbers[at] != number
        an answer far ahead counts@OfferGate@if (ahead > 1) {@if (ahead > 9) {
        a refused offer is used@OfferLedger@&& states[at] == SENT) {@&& states[at] == DONE) {
        """)
    void shouldSeeTheMutantWhenTheMachineIsWrong(final String what, final String type, final String from, final String to)
        throws Exception {
        final Method search = Mutants.load(OfferLedgerTest.class, folder, "org/tactus/internal/policy/" + type, what,
            from, to == null ? "" : to).getDeclaredMethod("search", long.class, int.class);
        search.setAccessible(true);
        final String found = (String) search.invoke(null, 1L, RUNS);
        System.out.println("offers, " + what + ": " + found);
        assertFalse(found.isEmpty(), what);
    }

    /** Runs random histories; returns what the first one does otherwise than the plain reference, or nothing. */
    static String search(final long seed, final int runs) {
        for (int run = 0; run < runs; run++) {
            final String found = history(new Random(seed + run));
            if (!found.isEmpty()) {
                return "run " + run + " of seed " + seed + ": " + found;
            }
        }
        return "";
    }

    private static String history(final Random random) {
        final Rig rig = new Rig(set());
        OfferLedger ledger = ledger(rig);
        Plain plain = new Plain();
        OfferLedger former = null;
        long now = 0;
        long next = 0;
        long base = 0;
        for (int step = 0; step < 60; step++) {
            final int what = random.nextInt(20);
            if (what < 6) {
                now += 1 + random.nextInt(what == 0 ? 3 * PERIOD : PERIOD / 2);
                rig.devices[0].release(now);
                for (int slot = rig.devices[0].select(); slot != PolicyState.NONE; slot = rig.devices[0].select()) {
                    rig.devices[0].started(slot, now);
                    rig.devices[0].segmentDone(slot, now, false);
                }
                final List<String> expected = plain.releases(base + TAU, now);
                final List<String> seen = rig.take().stream().filter(line -> line.contains(" 0 of ") || line.contains("release 0#"))
                    .map(line -> (line.startsWith("answered") ? "answered of " : "fallback of ")
                        + line.substring(line.indexOf(" of ") + 4, line.indexOf(" @"))).sorted().toList();
                if (!seen.equals(expected)) {
                    return "releases " + seen + " where " + expected + " were expected";
                }
            } else if (what < 10) {
                next += random.nextInt(6) == 0 ? random.nextInt(80) : 0;
                final boolean taken = random.nextInt(5) > 0;
                ledger.sent(next, taken);
                plain.sent(next++, taken);
            } else if (what < 17) {
                final int generation = ledger.generation() - random.nextInt(8) / 7;
                final long number = random.nextInt(4) == 0 ? random.nextInt((int) next + 3) - 1 : next - 1 - random.nextInt(3);
                final int outcome = ledger.answer(generation, number);
                final int expected = generation != ledger.generation() ? OfferLedger.STALE : plain.answer(number);
                if (outcome != expected) {
                    return "answer to " + number + " gives " + outcome + " where " + expected + " was expected";
                }
            } else if (what < 18) {
                ledger.refusal(ledger.generation(), next - 1);
                plain.refusal(next - 1);
            } else if (what < 19 && former != null) {
                former.sent(next + 100 + step, true);
                if (former.answer(former.generation(), next + 100 + step) != OfferLedger.STALE) {
                    return "an answer to a task that has gone is taken";
                }
            } else if (step > 40 && former == null) {
                rig.state.requestStop(0);
                rig.devices[0].stop(0, now);
                ledger.sent(next, true);
                if (ledger.answer(ledger.generation(), next) != OfferLedger.STALE) {
                    return "an answer to a task that has stopped is taken";
                }
                former = ledger;
                base = now + 1;
                rig.state.define(0, set().tasks().getFirst(), 0, 1);
                rig.devices[0].admit(0, base + TAU);
                ledger = ledger(rig);
                plain = new Plain();
                next = 0;
                rig.take();
            }
        }
        return "";
    }

    /** The same by sets of numbers. */
    private static final class Plain {
        private final Map<Long, Boolean> offers = new HashMap<>();
        private final TreeSet<Long> used = new TreeSet<>();
        private final TreeSet<Long> ended = new TreeSet<>();
        private long decided;
        private long last = -1;

        void sent(final long number, final boolean taken) {
            offers.put(number, taken);
            last = number;
        }

        List<String> releases(final long firstNs, final long nowNs) {
            final List<String> lines = new ArrayList<>();
            for (; firstNs + decided * PERIOD <= nowNs; decided++) {
                lines.add((used.contains(decided) ? "answered of " : "fallback of ") + (firstNs + decided * PERIOD));
            }
            lines.sort(null);
            return lines;
        }

        void refusal(final long number) {
            if (offers.getOrDefault(number, false)) {
                ended.add(number);
            }
        }

        int answer(final long number) {
            if (number >= 0 && number <= last - OfferLedger.REMEMBERED) {
                return OfferLedger.LATE;
            }
            if (!offers.getOrDefault(number, false)) {
                return OfferLedger.UNSENT;
            }
            if (!ended.add(number)) {
                return OfferLedger.DUPLICATE;
            }
            final boolean inTime = number == decided || number == decided + 1;
            if (inTime) {
                used.add(number);
            }
            return inTime ? OfferLedger.USED : OfferLedger.LATE;
        }
    }
}
