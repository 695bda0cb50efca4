// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.agrona.BitUtil;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tactus.model.TaskSet;

/**
 * {@link LevelGuaranteeTest} sees a job that is late when the source of a test at run time is changed at one place: each row compiles
 * the changed class and runs the same search with it, in a class loader of its own. One row, the window of mandatory parts first that
 * is not closed, is seen by the plain version only: no late job was found in 400,000 sets.
 */
class LevelMutantsTest {
    private static final int SETS = Math.max(8_000, Integer.getInteger("tactus.property.sets", 0));

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
        a waiting job is forgotten|EDF|DemandRoom|PointHeap.WAITING, each, remainingNs);|PointHeap.WAITING, each, 0);
        a release to come is forgotten|EDF|DemandRoom|DUE, each, remainingNs(each, 0, end)|DUE, each, 0
        the own deadline is forgotten|EDF|DemandRoom|segment(each) < end) {|segment(each) < end && each != slot) {
        the second job to come is forgotten|EDF|DemandRoom|points.advanceFirst(x + periodNs);|points.removeFirst();
        an arrival may be unseen|EDF|HomeReleases|unseenNs = lookedNs - buffer.getLong(|unseenNs = lookedNs - 0 * buffer.getLong(
        overheads are free|EDF|DemandRoom|(to - from) * charges.overheadNs()|0
        stalls are free|EDF|DemandRoom|charges.stallAheadNs() + charges.stallRate() * (x + 1.0)|0
        waiting work is forgotten|EDF_MANDATORY_FIRST|DemandRoom|workNs += remainingNs(each, at,|workNs += 0 * remainingNs(each, at,
        mandatory arrivals are forgotten|EDF_MANDATORY_FIRST|DemandRoom|ARRIVAL, each, remainingNs(each, 0, optionalFrom)|ARRIVAL, each, 0
        the window is not closed|EDF_MANDATORY_FIRST|DemandRoom|} else if (anywhere) {|} else if (x < 0) {
        mandatory parts are not looked at|EDF_MANDATORY_FIRST|LevelChoice|demand.mandatoryRoomNs(slot, now, mostNs, fewestNs)|mostNs
        whole jobs are not looked at|EDF_MANDATORY_FIRST|LevelChoice|if (mandatoryFirst && roomNs >= fewestNs) {|if (roomNs < 0) {
        waiting work above is forgotten|FIXED_PRIORITY|PriorityRoom|before += waitingNs[i];|before += 0;
        arrivals above are forgotten|FIXED_PRIORITY|PriorityRoom|sum += (jobs + 1) * costNs[k];|sum += 0;
        own jobs to come are forgotten|FIXED_PRIORITY|PriorityRoom|= coming(i, before, load <= 1 + MARGIN);|= most;
        the window is not closed|FIXED_PRIORITY|PriorityRoom|span = s - nextNs[k];|span = s - 1 - nextNs[k];
        ranks above may be delayed|FIXED_PRIORITY|PriorityRoom|long room = aboveNs[rank];|long room = mostNs;
        ranks below may be delayed|FIXED_PRIORITY|PriorityRoom|firstNs + belowNs[rank + 1]|mostNs
        stalls are free|FIXED_PRIORITY|PriorityRoom|double ns = charges.stallAheadNs() +|double ns = 0 * charges.stallAheadNs() + 0 *
        """)
    void shouldSeeTheMutantWhenTheTestIsWrong(
        final String what, final String policy, final String type, final String from, final String to) throws Exception {
        final Path source = Path.of("src", "main", "java", "org", "tactus", "internal", "policy", type + ".java");
        final String text = Files.readString(source);
        assertTrue(text.contains(from), what + ": the source has changed; mend this row");
        final Path mutant = Files.writeString(folder.resolve(type + ".java"), text.replaceFirst(Pattern.quote(from),
            Matcher.quoteReplacement(to)));
        final String classPath = Stream.of(PolicyState.class, LevelSets.class, TaskSet.class, BitUtil.class)
            .map(LevelMutantsTest::location).distinct().collect(Collectors.joining(File.pathSeparator));
        assertEquals(0, ToolProvider.getSystemJavaCompiler().run(null, null, null, "-proc:none", "-d", folder.toString(), "-cp", classPath,
            mutant.toString()), "the mutant compiles");
        final Method search = new Loader(folder).loadClass(LevelGuaranteeTest.class.getName())
            .getDeclaredMethod("search", String.class, long.class, int.class, boolean.class);
        search.setAccessible(true);
        final String late = (String) search.invoke(null, policy, 1L, SETS, false);
        final String found = late.isEmpty() ? (String) search.invoke(null, policy, 1L, SETS, true) : late;
        System.out.println(policy + ", " + what + ": " + found.substring(0, Math.min(90, found.length())));
        assertFalse(found.isEmpty(), "nothing in " + SETS + " sets shows the mutant");
    }

    private static String location(final Class<?> type) {
        return Path.of(URI.create(type.getProtectionDomain().getCodeSource().getLocation().toString())).toString();
    }

    /** Loads every class of the project anew, and the mutant's from its folder. */
    private static final class Loader extends ClassLoader {
        private final Path folder;

        Loader(final Path folder) {
            super(LevelMutantsTest.class.getClassLoader());
            this.folder = folder;
        }

        @Override
        protected Class<?> loadClass(final String name, final boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith("org.tactus.")) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                final Class<?> known = findLoadedClass(name);
                return known != null ? known : define(name);
            }
        }

        private Class<?> define(final String name) throws ClassNotFoundException {
            final String file = name.replace('.', '/') + ".class";
            try (InputStream in = Files.exists(folder.resolve(file)) ? Files.newInputStream(folder.resolve(file))
                : getParent().getResourceAsStream(file)) {
                if (in == null) {
                    throw new ClassNotFoundException(name);
                }
                final byte[] bytes = in.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (final IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }
}
