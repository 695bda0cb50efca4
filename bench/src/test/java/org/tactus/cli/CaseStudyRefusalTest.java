// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CaseStudyRefusalTest {
    private static final Path CASES = Path.of("case-studies").toAbsolutePath();

    @TempDir
    private Path folder;

    private String refusal(final String... words) {
        final StringWriter said = new StringWriter();
        final PrintWriter print = new PrintWriter(said);
        assertEquals(2, Main.commandLine().setOut(print).setErr(print).execute(words), said.toString());
        assertEquals(1, said.toString().strip().lines().count(), said.toString());
        return said.toString();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        [0.9, 1.0]     | [0.9, 1.2]    | 17: a segment of 'detect' takes more than its WCET; give a share 'actual' of at most 1
        period: 250ms  | period: 20s   | 13: no detection of a near pedestrian ended in 8s; give 'detect' a shorter period
        menu: X/dave2.csv | jitter: 0ms | 18: task 'lane' has no menu of blocks
        """)
    void shouldNameTheLineWhenACarCannotBeDrivenByASet(final String good, final String wrong, final String problem) throws IOException {
        final String text = Files.readString(CASES.resolve("spet.yaml")).replace("menus/", "X/");
        final int at = text.indexOf(good);
        final Path set = Files.writeString(folder.resolve("set.yaml"), (text.substring(0, at) + wrong + text.substring(at + good.length()))
            .replace("X/", CASES.resolve("menus") + "/"));
        final String said = refusal("experiment", "braking", set.toString(), "--runs", "2", "--link", "usb3", "--out", folder.toString());
        assertTrue(said.contains("set.yaml:" + problem), said);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        --scale | 0        | --scale 0 is out of range
        --scale | 3        | give a number that divides the chunk of 32MiB into 4KiB or more
        --scale | 33554432 | give a number that divides the chunk of 32MiB into 4KiB or more
        --on    | tpu      | --on tpu is unknown; use modelled, software or nvidia
        """)
    void shouldSayWhatIsRightWhenTheSwappingCannotBeStudiedSo(final String option, final String value, final String problem) {
        final String said = refusal("bench", "swap-case-study", CASES.resolve("rt-swap.yaml").toString(), "--simulate", option, value,
            "--out", folder.toString());
        assertTrue(said.contains(problem), said);
    }
}
