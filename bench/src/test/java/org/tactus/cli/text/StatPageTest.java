// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.internal.event.EventType;
import org.tactus.internal.watch.CounterBlock;
import org.tactus.internal.watch.CountersFile;
import org.tactus.internal.watch.CountersReader;
import org.tactus.model.DeviceSpec;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;

class StatPageTest {
    private static final long MS = 1_000_000;
    private static final long ZERO_NS = 1L << 41;
    private static final StatPage.Style NARROW = new StatPage.Style(80, Integer.MAX_VALUE, false, StatPage.Order.ROOM);

    @TempDir
    private Path folder;

    private static TaskSet set(final int tasks) {
        final TaskSetBuilder builder = TaskSet.builder("set").device(DeviceSpec.cpu("cpu0", 1)).device(DeviceSpec.modelled("acc0"));
        for (int i = 0; i < tasks; i++) {
            builder.task(i == 1 ? "a-name-that-does-not-fit-beside-all-columns" : "t" + i,
                t -> t.periodNs(100 * MS).segment("cpu0", MS).segment("acc0", MS));
        }
        return builder.build();
    }

    private static void job(final CounterBlock counters, final int task, final long atNs, final long responseNs) {
        counters.onEvent(EventType.RELEASE, ZERO_NS + atNs, 0, task, 0, 0, ZERO_NS + atNs);
        counters.onEvent(EventType.START, ZERO_NS + atNs, 0, task, 0, 0, 0);
        counters.onEvent(EventType.END, ZERO_NS + atNs + responseNs, 0, task, 0, 0, 0);
        counters.onEvent(EventType.COMPLETE, ZERO_NS + atNs + responseNs, 0, task, 0, 0, ZERO_NS + atNs);
    }

    private CountersFile file(final TaskSet set) throws IOException {
        final CountersFile file =
            new CountersFile(folder.resolve("c"), set.platform(), new CountersFile.Layout(set.tasks().size(), 4, 0), 1);
        file.counters().zero(ZERO_NS);
        file.counters().defineAll(set.tasks(), set.tasks().stream().map(task -> OptionalLong.of(10 * MS)).toList());
        return file;
    }

    private static List<String> rows(final String page) {
        return page.lines().filter(line -> line.matches("[ !^x](t\\d+ |a-name).*")).map(line -> line.substring(0, 13).strip()).toList();
    }

    @Test
    void shouldShowTheWorstOffFirstAndTheLastSecondBesideAllWhenItIsNarrow() throws IOException {
        try (CountersFile file = file(set(4)); CountersReader reader = new CountersReader(file.path())) {
            for (int i = 0; i < 100; i++) {
                job(file.counters(), 0, i * MS, 2 * MS);
                job(file.counters(), 1, i * MS, 9_500_000);
                job(file.counters(), 2, i * MS, 3 * MS);
            }
            final StatLook before = StatLook.at(reader);
            job(file.counters(), 0, 1000 * MS, 5 * MS);
            job(file.counters(), 3, 1000 * MS, 20 * MS);
            file.counters().onEvent(EventType.MISS, ZERO_NS + 1020 * MS, 0, 3, 0, 0, MS);
            file.counters().onEvent(EventType.SKIP, ZERO_NS + 1020 * MS, 0, 3, 0, 0, 0);
            final String page = new StatPage(NARROW, 1000 * MS).render(StatLook.at(reader), Optional.of(before));
            assertEquals(List.of("!t3", "a-name-that~", "t0", "t2"), rows(page), page);
            page.lines().forEach(line -> assertTrue(line.length() <= 80, line));
            final List<String> cells = List.of(page.lines().filter(line -> line.startsWith(" t0")).findFirst().orElseThrow().strip()
                .split(" +"));
            assertEquals("t0", cells.get(0));
            assertEquals("101", cells.get(1));
            assertTrue(cells.get(3).startsWith("5.0"), "p50 of the last second in " + page);
            assertTrue(cells.get(5).startsWith("2.0"), "p50 of all in " + page);
            assertEquals(List.of("5.00ms", "10.0ms", "100ms", "50.0%"), cells.subList(7, 11), page);
            assertTrue(page.contains("1 deadline missed") && page.contains("1 skipped") && page.contains("-- last 1s --"), page);
            assertFalse(page.contains("\033"), page);
        }
    }

    @Test
    void shouldShowThatRoomIsCutWhenAResponseIsManyBounds() throws IOException {
        try (CountersFile file = file(set(3)); CountersReader reader = new CountersReader(file.path())) {
            job(file.counters(), 0, 0, 200 * MS); // 20 of its bounds
            job(file.counters(), 2, 0, 109 * MS);
            final String page = new StatPage(NARROW, 1000 * MS).render(StatLook.at(reader), Optional.empty());
            assertTrue(page.lines().anyMatch(line -> line.matches("[ !^x]t0 .* <-999")), page);
            assertTrue(page.lines().anyMatch(line -> line.matches("[ !^x]t2 .* -990%")), page);
            page.lines().forEach(line -> assertTrue(line.length() <= 80, line));
        }
    }

    @Test
    void shouldShowMoreColumnsAndWholeNamesWhenItIsWide() throws IOException {
        try (CountersFile file = file(set(2)); CountersReader reader = new CountersReader(file.path())) {
            final String page = new StatPage(new StatPage.Style(170, Integer.MAX_VALUE, false, StatPage.Order.NAME), 1000 * MS)
                .render(StatLook.at(reader), Optional.empty());
            assertTrue(page.contains("a-name-that-does-not-fit-beside-all-columns ") && page.contains(" skip "), page);
            page.lines().forEach(line -> assertTrue(line.length() <= 170, line));
        }
    }

    @Test
    void shouldFitTheTerminalWhenThereAreManyTasks() throws IOException {
        try (CountersFile file = file(set(60)); CountersReader reader = new CountersReader(file.path())) {
            final String page = new StatPage(new StatPage.Style(80, 24, true, StatPage.Order.NAME), 1000 * MS)
                .render(StatLook.at(reader), Optional.empty());
            assertTrue(page.lines().count() < 24, page);
            assertTrue(page.contains("more; 'tactus stat --once' shows all"), page);
            assertTrue(page.contains("\033["), page);
        }
    }

    @Test
    void shouldKeepThreeDigitsAndSixCharactersWhenNumbersAreShort() {
        final List<Long> ns = List.of(0L, 999L, 1000L, 9_994L, 9_996L, 99_960L, 999_499L, 999_600L, 13_690_000L, 1_000_000_000L,
            123_456_000_000L, -1L);
        assertEquals(List.of("0ns", "999ns", "1.00us", "9.99us", "10.0us", "100us", "999us", "1.00ms", "13.7ms", "1.00s", "123s", "-"),
            ns.stream().map(ShortNumbers::time).toList());
        IntStream.range(0, 17).mapToObj(i -> ShortNumbers.time((long) (1.2345 * Math.pow(10, i * 0.7))))
            .forEach(text -> assertTrue(text.length() <= 6, text));
        assertEquals("99999", ShortNumbers.count(99_999));
        assertEquals("100k", ShortNumbers.count(100_000));
        assertEquals("11.2GiB", ShortNumbers.size(12_025_908_428L));
    }
}
