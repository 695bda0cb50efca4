// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.bindings.cuda.software.DriverTraits;
import org.tactus.cli.support.ExitStatus;

class VerifyGpuCommandTest {
    @TempDir
    private Path folder;

    private String refused(final String... words) {
        final StringWriter err = new StringWriter();
        assertEquals(ExitStatus.WRONG_INPUT, Main.commandLine().setErr(new PrintWriter(err)).execute(words));
        return err.toString().strip();
    }

    @Test
    void shouldSayBeforeItVerifiesWhenItsReportCannotBeWritten() throws IOException {
        final Path file = Files.writeString(folder.resolve("report"), "taken");
        final String said = refused("verify-gpu", "--driver", "software", "--quick", "--only", "kernels", "--out", file.toString());
        assertTrue(said.startsWith("tactus: cannot make the folder ") && said.contains("choose another folder by --out"), said);
        assertEquals(1, said.lines().count(), said);
        assertEquals("taken", Files.readString(file));
    }

    /** Of every command: the traits are those of the whole process. */
    @Test
    void shouldRefuseEveryCommandWhenTheTraitsOfASoftwareGpuAreUnknown() {
        final String before = System.getProperty(DriverTraits.PROPERTY);
        System.setProperty(DriverTraits.PROPERTY, "foo");
        try {
            for (final String[] words : new String[][] {{"verify-gpu", "--driver", "software"}, {"run", "any.yaml"}, {"devices"}}) {
                assertEquals("tactus: -Dtactus.software.traits=foo: there are no such traits; write none, hidden-memory or real",
                    refused(words));
            }
        } finally {
            if (before == null) {
                System.clearProperty(DriverTraits.PROPERTY);
            } else {
                System.setProperty(DriverTraits.PROPERTY, before);
            }
        }
    }

    @Test
    void shouldNameItselfOnceWhenADriverOrASectionIsUnknown() {
        for (final String[] words : new String[][] {{"--driver", "bogus"}, {"--driver", "software", "--only", "nonsense"}}) {
            final String[] all = new String[words.length + 3];
            System.arraycopy(words, 0, all, 3, words.length);
            all[0] = "verify-gpu";
            all[1] = "--out";
            all[2] = folder.toString();
            final String said = refused(all);
            assertTrue(said.startsWith("tactus: there is no ") && said.lines().count() == 1, said);
        }
    }
}
