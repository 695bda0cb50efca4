// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.HdrHistogram.EncodableHistogram;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.cli.report.Browser;
import org.tactus.cli.support.ExitStatus;
import picocli.CommandLine;

@Timeout(120)
class ReportCommandTest {
    private static final String SET = """
        tactus: 1
        name: looked-at
        policy: fixed-priority
        overheads: {releaseJitter: 10us, dispatch: 5us, handOff: 5us, completion: 5us, curve: {every: 50ms, away: 1ms}}
        platform:
          devices:
            - {name: acc0, kind: modelled}
            - {name: acc1, kind: modelled}
        tasks:
          - name: detect
            period: 20ms
            priority: 1
            segments: [{device: acc0, wcet: 4ms}, {device: acc1, wcet: 3ms}]
          - name: late
            period: 100ms
            deadline: 12ms
            priority: 2
            segments: [{device: acc0, wcet: 11ms}]
        """;

    @TempDir
    private Path folder;
    private final StringWriter err = new StringWriter();

    private int tactus(final String... words) {
        err.getBuffer().setLength(0);
        final CommandLine line = Main.commandLine();
        line.setOut(new PrintWriter(new StringWriter()));
        line.setErr(new PrintWriter(err));
        return line.execute(words);
    }

    private Path simulated(final String name) throws IOException {
        final Path file = Files.writeString(folder.resolve("set.yaml"), SET);
        final Path out = folder.resolve(name);
        assertEquals(ExitStatus.NO, tactus("simulate", file.toString(), "--for", "3s", "--out", out.toString()), err.toString());
        return out;
    }

    @Test
    void shouldAskNothingOfAnyOtherFileWhenThePageIsWritten() throws IOException {
        final Path first = simulated("a");
        assertEquals(ExitStatus.GOOD, tactus("report", first.toString(), simulated("b").toString()), err.toString());
        final String page = Files.readString(first.resolve("report.html"));
        assertFalse(page.contains("http://") || page.contains("https://") || page.contains(" src="), "the page asks for another file");
        assertEquals(2, page.split("class=\"run\"", -1).length - 1);
        assertFalse(Files.exists(folder.resolve("b").resolve("report.html")));
    }

    @Test
    void shouldHoldAnIntervalASecondThatAddUpToTheWholeWhenTheLogIsRead() throws IOException {
        final Path out = simulated("a");
        final Histogram sum = new Histogram(3);
        int intervals = 0;
        try (HistogramLogReader reader = new HistogramLogReader(out.resolve("latency.hlog").toFile())) {
            for (EncodableHistogram next = reader.nextIntervalHistogram(); next != null; next = reader.nextIntervalHistogram()) {
                if (next.getTag().equals("detect")) {
                    intervals++;
                    assertTrue(((Histogram) next).getEndTimeStamp() <= 3_000, "an interval ends after the run");
                    sum.add((Histogram) next);
                }
            }
        }
        assertEquals(3, intervals);
        assertTrue(Files.readString(out.resolve("results.json")).contains("\"jobs\" : " + sum.getTotalCount() + ","), sum.toString());
    }

    /** The program that HdrHistogram ships for such logs. */
    @Test
    void shouldBeReadByTheToolsOfHdrHistogramWhenTheLogIsGivenToThem() throws Exception {
        final String log = simulated("a").resolve("latency.hlog").toString();
        assertTrue(processed("-i", log, "-listtags").contains("detect\nlate\n"));
        final String percentiles = processed("-i", log, "-tag", "detect", "-outputValueUnitRatio", "1000000");
        assertTrue(percentiles.contains("#[Buckets =") && percentiles.contains("Total count    =          150]"), percentiles);
    }

    private static String processed(final String... words) throws Exception {
        final List<String> command = new ArrayList<>(List.of(ProcessHandle.current().info().command().orElseThrow(), "-cp",
            System.getProperty("java.class.path"), "org.HdrHistogram.HistogramLogProcessor"));
        command.addAll(List.of(words));
        final Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        final String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertEquals(0, process.exitValue(), said);
        return said;
    }

    @Test
    void shouldSayWhatIsWrongInOneLineWhenAFolderHoldsNoRun() throws IOException {
        assertEquals(ExitStatus.WRONG_INPUT, tactus("report", folder.toString()));
        assertTrue(err.toString().contains("no results.json there"), err.toString());
        final Path broken = simulated("a");
        for (final String name : List.of("results.json", "trace.json", "bounds.json")) {
            final String whole = Files.readString(broken.resolve(name));
            for (final String bad : List.of("", "[1, 2", whole.substring(0, whole.length() / 2))) {
                Files.writeString(broken.resolve(name), bad);
                if (!(name.equals("trace.json") && bad.isEmpty())) { // an empty trace is one without events
                    assertEquals(ExitStatus.WRONG_INPUT, tactus("report", broken.toString()), name + ": " + bad.length());
                    assertEquals(1, err.toString().lines().count(), err.toString());
                    assertTrue(err.toString().contains(name), err.toString());
                }
            }
            Files.writeString(broken.resolve(name), whole);
        }
        assertEquals(ExitStatus.GOOD, tactus("report", broken.toString()), err.toString());
    }

    @Test
    void shouldRefuseInOneLineWhenAFileIsOfSomethingElse() throws IOException {
        final Path out = simulated("a");
        final String log = Files.readString(out.resolve("latency.hlog"));
        final String results = Files.readString(out.resolve("results.json"));
        final Map<String, List<String>> foreign = Map.of(
            "results.json", List.of("{}", "[]", "{\"tactus\": 1}", "{\"tasks\": 3}", results + "{}", results + "]"),
            "bounds.json", List.of("[]", "{} x"),
            "trace.json", List.of("{}", "[]", "3"),
            "latency.hlog", List.of("", "name,age\nx,3\n", log.substring(0, 100), log.substring(0, log.length() - 20)));
        for (final Map.Entry<String, List<String>> file : foreign.entrySet()) {
            final Path at = out.resolve(file.getKey());
            final String whole = Files.readString(at);
            for (final String bad : file.getValue()) {
                Files.writeString(at, bad);
                assertEquals(ExitStatus.WRONG_INPUT, tactus("report", out.toString()), file.getKey() + ": " + bad);
                assertEquals(1, err.toString().lines().count(), err.toString());
                assertTrue(err.toString().contains(at + ": not what a run or a simulation leaves: "), err.toString());
                assertFalse(err.toString().contains("REDACTED"), err.toString());
            }
            Files.writeString(at, whole);
        }
        assertEquals(ExitStatus.GOOD, tactus("report", out.toString()), err.toString());
    }

    @Test
    void shouldShowItselfWithoutAnErrorWhenABrowserOpensIt() throws Exception {
        final Optional<Path> chromium = Stream.of("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome").map(Path::of)
            .filter(Files::isExecutable).findFirst();
        assumeTrue(chromium.isPresent(), "no Chromium on this machine");
        final Path first = simulated("a <b> & c");
        assertEquals(ExitStatus.GOOD, tactus("report", first.toString(), simulated("b").toString()), err.toString());
        final Path dom = folder.resolve("dom.html");
        final Path log = folder.resolve("log.txt");
        final List<String> words = new ArrayList<>(List.of(chromium.get().toString(), "--headless", "--no-sandbox", "--disable-gpu",
            "--user-data-dir=" + folder.resolve("profile"), "--enable-logging=stderr", "--virtual-time-budget=20000", "--dump-dom"));
        words.add(first.resolve("report.html").toUri().toString());
        final Process browser = new ProcessBuilder(words).redirectOutput(dom.toFile()).redirectError(log.toFile()).start();
        try {
            assertTrue(browser.waitFor(60, TimeUnit.SECONDS), "the browser does not end");
        } finally {
            browser.destroyForcibly();
        }
        final String shown = Files.readString(dom, StandardCharsets.UTF_8);
        assertFalse(Files.readString(log).contains("CONSOLE"), Files.readString(log));
        assertTrue(shown.contains("data-ready=\"yes\""), shown.substring(0, Math.min(4000, shown.length())));
        assertTrue(shown.contains("deadlines were missed"), shown);
        assertTrue(shown.contains("a &lt;b&gt; &amp; c"), "the folder's name is text");
        assertTrue(shown.contains("own execution 7 ms"), "the terms of a bound are named");
    }

    @Test
    void shouldTellAJobAndFollowKeysWhenItIsClicked() throws Exception {
        assumeTrue(Browser.executable().isPresent(), "no Chromium on this machine");
        final Path first = simulated("a");
        assertEquals(ExitStatus.GOOD, tactus("report", first.toString(), simulated("b").toString()), err.toString());
        try (Browser browser = new Browser(folder.resolve("profile"), 1200, 1000)) {
            browser.open(first.resolve("report.html").toUri());
            assertEquals("", browser.evaluate("document.getElementById('job').innerText"));
            final String colours = "new Set([0, 1, 2, 3, 4, 5, 6, 7].map(i => stallStyle(i, i < 3).colour)).size";
            assertEquals("8", browser.evaluate(colours), "no two lines of the stall chart look alike");
            final String dashes = "new Set([0, 1, 2].map(i => String(stallStyle(i, true).dash))).size";
            assertEquals("3", browser.evaluate(dashes), "nor without colours");
            final String[] box = browser.evaluate("(r => [r.left, r.top, r.width].join(' '))"
                + "(document.getElementById('line').getBoundingClientRect())").split(" ");
            browser.click(Double.parseDouble(box[0]) + 600, Double.parseDouble(box[1]) + 20 + 11); // the first device, in the middle
            final String job = browser.evaluate("document.getElementById('job').innerText");
            assertTrue(job.contains("released at") && job.contains("bound") && job.contains("runs segment 0 on acc0"), job);
            browser.evaluate("document.getElementById('line').focus()");
            browser.key("n");
            final String late = browser.evaluate("document.getElementById('job').innerText");
            assertTrue(late.startsWith("late #") && late.contains("MISSED by"), late);
            assertTrue(Double.parseDouble(browser.evaluate("view.to - view.from")) < 3e9 / 10, "the miss is looked at from near");
            browser.key("0");
            assertEquals("0", browser.evaluate("view.from"));
            browser.wheel(Double.parseDouble(box[0]) + 600, Double.parseDouble(box[1]) + 30, -100);
            assertTrue(Double.parseDouble(browser.evaluate("view.to - view.from")) < 3e9, "the wheel zooms");
            browser.evaluate("document.getElementById('theme').click()");
            assertEquals("dark", browser.evaluate("document.documentElement.dataset.theme"));
            assertEquals("8", browser.evaluate("new Set([0, 1, 2, 3, 4, 5, 6, 7].map(colour)).size"));
            final String contrast =
                "Math.min(...[0, 1, 2, 3, 4, 5, 6, 7].map(i => (light(colour(i)) + .05) / (light(css('--panel')) + .05)))";
            assertTrue(Double.parseDouble(browser.evaluate(contrast)) > 4, "thin lines are seen on the dark ground");
            assertEquals("#fff #000", browser.evaluate("ink('#0072b2') + ' ' + ink('#e69f00')"));
            browser.evaluate("(s => { s.value = 1; s.dispatchEvent(new Event('change')); })(document.getElementById('run'))");
            assertTrue(browser.evaluate("view.run.folder").endsWith("b"), "the other run is shown");
            assertEquals(List.of(), browser.complaints());
        }
    }

    @Test
    void shouldSayTheVerdictInTheWordsOfTheCommandAndShowAllColumnsWhenRunsStandSideBySide() throws Exception {
        assumeTrue(Browser.executable().isPresent(), "no Chromium on this machine");
        final Path first = simulated("a");
        final Path second = simulated("b");
        assertTrue(Files.readString(first.resolve("results.json")).contains("\"verdict\" : \"Not good: 30 deadlines were missed.\""));
        // As of a run whose late jobs the platform explains: the page does not judge by itself.
        final String said = "Good: no deadline was missed that counts.";
        Files.writeString(second.resolve("results.json"),
            Files.readString(second.resolve("results.json")).replaceFirst("Not good: 30 deadlines were missed.", said));
        assertEquals(ExitStatus.GOOD, tactus("report", first.toString(), second.toString()), err.toString());
        try (Browser browser = new Browser(folder.resolve("profile"), 1200, 1000)) {
            browser.open(first.resolve("report.html").toUri());
            final String verdicts = "[...document.querySelectorAll('#verdict span')].map(x => x.className + ' ' + x.innerText).join('|')";
            assertEquals("bad Not good: 30 deadlines were missed.|good " + said, browser.evaluate(verdicts));
            assertEquals("true", browser.evaluate("(x => x.scrollWidth <= x.clientWidth)(document.querySelector('.wide'))"),
                "the table of two runs fits a window of 1200 pixels");
        }
    }
}
