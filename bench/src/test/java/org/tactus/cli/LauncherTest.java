// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Starts the launcher in a folder that looks like a built checkout: over a java that tells what it was given, or over the real one. */
@Timeout(180)
class LauncherTest {
    private static final int WRONG_INPUT = 2;
    private static final String REAL_JDK = System.getProperty("java.home");

    @TempDir
    private Path folder;
    private Path home;
    private Path fakeJdk;
    private final Map<String, String> environment = new TreeMap<>();

    /** The program of the small jar that the real JVM runs. */
    public static final class Hello {
        private Hello() {
        }

        public static void main(final String[] words) {
            System.out.println("hello " + String.join(",", words));
            System.exit(System.getProperty("tactus.startRehearsal") == null ? 1 : 0); // 1: the answer "no", which must come through
        }
    }

    private record Said(int status, String out, String err) {
    }

    @BeforeEach
    void makeCheckout() throws IOException {
        home = Files.createDirectories(folder.resolve("home of it"));
        Files.copy(Path.of("..", "tactus"), home.resolve("tactus"));
        final Path lib = Files.createDirectories(home.resolve("bench/target/lib"));
        Files.writeString(lib.resolve("tactus-core-1.jar"), "core");
        Files.writeString(home.resolve("bench/target/tactus-bench.jar"), "bench");
        fakeJdk = jdk("fake", "25.0.3");
        environment.putAll(Map.of("PATH", "/usr/bin:/bin", "TACTUS_JAVA_HOME", fakeJdk.toString(), "TACTUS_START_CACHE", "off"));
    }

    /** A JDK whose java prints its words, one a line; told to, it makes a start cache, and fails where the folder says so. */
    private Path jdk(final String name, final String version) throws IOException {
        final Path jdk = folder.resolve(name);
        Files.createDirectories(jdk.resolve("bin"));
        Files.writeString(jdk.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
        executable(jdk.resolve("bin/javac"), "#!/bin/sh\n");
        executable(jdk.resolve("bin/java"), """
            #!/bin/sh
            for word in "$@"; do
                case $word in
                    -XX:AOTCacheOutput=*) [ -e "$0.fails" ] && exit 1; echo cache >"${word#*=}" ;;
                esac
                printf '%s\\n' "$word"
            done
            """);
        return jdk;
    }

    private static void executable(final Path file, final String text) throws IOException {
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Said run(final List<String> command) throws IOException, InterruptedException {
        final Path out = folder.resolve("said.out");
        final Path err = folder.resolve("said.err");
        final ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile()).redirectOutput(out.toFile())
            .redirectError(err.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        final Process process = builder.start();
        assertTrue(process.waitFor(120, TimeUnit.SECONDS));
        return new Said(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    private Said launch(final String... words) throws IOException, InterruptedException {
        return run(Stream.concat(Stream.of("sh", home.resolve("tactus").toString()), Stream.of(words)).toList());
    }

    /** Starts it under limits that a shell sets. */
    private Said limited(final String limits, final String... words) throws IOException, InterruptedException {
        return run(Stream.concat(Stream.of("sh", "-c", limits + "; exec sh \"$0\" \"$@\"", home.resolve("tactus").toString()),
            Stream.of(words)).toList());
    }

    private static void refused(final Said said, final String... parts) {
        assertEquals(WRONG_INPUT, said.status, said.toString());
        assertEquals("", said.out);
        assertEquals(1, said.err.lines().count(), said.err);
        assertTrue(said.err.startsWith("tactus: "), said.err);
        for (final String part : parts) {
            assertTrue(said.err.contains(part), part + " in " + said.err);
        }
    }

    private void started(final Said said, final String... words) {
        assertEquals(0, said.status, said.toString());
        assertEquals("", said.err);
        assertTrue(said.out.contains("\n-jar\n" + home + "/bench/target/tactus-bench.jar\n" + String.join("\n", words) + "\n"), said.out);
    }

    @Test
    void shouldFollowSymbolicLinksToItsHome() throws IOException, InterruptedException {
        final Path bin = Files.createDirectories(folder.resolve("bin"));
        Files.setPosixFilePermissions(home.resolve("tactus"), PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.createSymbolicLink(bin.resolve("tactus"), home.resolve("tactus"));
        Files.createSymbolicLink(bin.resolve("relative"), Path.of("../home of it/tactus"));
        Files.createSymbolicLink(bin.resolve("again"), Path.of("relative"));
        for (final String link : List.of("tactus", "relative", "again")) {
            started(run(List.of("sh", bin.resolve(link).toString(), "analyze", "a b")), "analyze", "a b");
        }
        environment.put("PATH", bin + ":/usr/bin:/bin");
        started(run(List.of("sh", "-c", "tactus analyze x")), "analyze", "x");
    }

    @Test
    void shouldStartWhenThereIsNoHome() throws IOException, InterruptedException {
        environment.remove("TACTUS_START_CACHE");
        for (final String value : new String[] {null, "", "/nonexistent", "/proc"}) {
            environment.remove("HOME");
            if (value != null) {
                environment.put("HOME", value);
            }
            started(launch("--version"), "--version");
        }
        environment.remove("TACTUS_JAVA_HOME");
        environment.remove("HOME");
        environment.put("JAVA_HOME", fakeJdk.toString());
        started(launch("--version"), "--version");
    }

    /** A mktemp that is slow to come back when its file is there, as where a signal comes just then. */
    @Test
    void shouldLeaveNoLogWhenASignalComesBeforeTheLogHasLostItsName() throws IOException, InterruptedException {
        final Path temporary = Files.createDirectories(folder.resolve("temporary"));
        final Path bin = Files.createDirectories(folder.resolve("slow"));
        executable(bin.resolve("mktemp"), "#!/bin/sh\n/usr/bin/mktemp \"$@\" && sleep 1\n");
        final ProcessBuilder builder = new ProcessBuilder("sh", home.resolve("tactus").toString(), "analyze", "x");
        builder.environment().putAll(environment);
        builder.environment().putAll(Map.of("TMPDIR", temporary.toString(), "PATH", bin + ":/usr/bin:/bin"));
        final Process launcher = builder.redirectErrorStream(true).redirectOutput(folder.resolve("said").toFile()).start();
        while (launcher.isAlive() && files(temporary).isEmpty()) {
            Thread.sleep(10);
        }
        launcher.destroy();
        assertEquals(143, launcher.waitFor());
        assertEquals(List.of(), files(temporary));
        assertEquals("", Files.readString(folder.resolve("said")));
    }

    @Test
    void shouldRemoveAndSayWhatAKilledLauncherLeft() throws IOException, InterruptedException {
        final Path temporary = Files.createDirectories(folder.resolve("temporary"));
        final Path left = Files.createFile(temporary.resolve("tactus-safepoints.abcdefghij"));
        final Path used = Files.writeString(temporary.resolve("tactus-safepoints.bcdefghijk"), "somebody's");
        final Path fresh = Files.createFile(temporary.resolve("tactus-safepoints.cdefghijkl"));
        for (final Path old : List.of(left, used)) {
            Files.setLastModifiedTime(old, FileTime.fromMillis(0));
        }
        environment.put("TMPDIR", temporary.toString());
        final Said said = launch("analyze", "x");
        assertEquals("removed " + left + ", which a killed process left\n", said.err);
        assertEquals(List.of(used.toString(), fresh.toString()), files(temporary));
        assertTrue(said.out.contains("-Djava.io.tmpdir=" + temporary + "\n"), said.out);
    }

    @Test
    void shouldSayThatTheJdkWhichWasNamedIsNone() throws IOException, InterruptedException {
        environment.put("TACTUS_JAVA_HOME", folder.resolve("missing").toString());
        refused(launch("analyze", "x"), "TACTUS_JAVA_HOME is " + folder.resolve("missing"), "no JDK", "JDK 25");
        environment.put("TACTUS_JAVA_HOME", jdk("old", "17.0.15").toString());
        refused(launch("analyze", "x"), "TACTUS_JAVA_HOME", "Java 17.0.15", "JDK 25");
        final Path runtime = jdk("runtime", "25.0.3");
        Files.delete(runtime.resolve("bin/javac"));
        environment.put("TACTUS_JAVA_HOME", runtime.toString());
        refused(launch("analyze", "x"), "TACTUS_JAVA_HOME", "JDK 25");
        environment.put("TACTUS_JAVA_HOME", "");
        environment.put("JAVA_HOME", fakeJdk.toString());
        started(launch("analyze", "x"), "analyze", "x");
    }

    @Test
    void shouldRefuseWhenTooFewFilesMayBeOpen() throws IOException, InterruptedException {
        for (final int files : List.of(16, 20, 64)) {
            refused(limited("ulimit -n " + files, "analyze", "x"), "ulimit -Hn", String.valueOf(files));
        }
        started(limited("ulimit -Sn 20", "analyze", "x"), "analyze", "x"); // what the user may raise is raised
    }

    @Test
    void shouldRefuseWhenTheJvmDoesNotStart() throws IOException, InterruptedException {
        environment.put("TACTUS_JAVA_HOME", REAL_JDK);
        makeSmallJar();
        for (final int kib : List.of(100_000, 500_000, 1_200_000)) {
            refused(limited("ulimit -v " + kib, "analyze", "x"), "does not start", "ulimit -v allows " + kib + " KiB");
        }
        for (final String flags : List.of("-Xmx1z", "-XX:+NoSuchFlag", "-Xms4g -Xmx2g", "-XX:MaxDirectMemorySize=-3")) {
            environment.put("TACTUS_JVM_FLAGS", flags);
            refused(launch("analyze", "x"), "does not start", "TACTUS_JVM_FLAGS is " + flags);
        }
        environment.put("TACTUS_JVM_FLAGS", "-Dsome=thing");
        assertEquals(new Said(1, "hello analyze,x\n", ""), launch("analyze", "x"));
    }

    private Path cacheFolder() {
        environment.put("TACTUS_START_CACHE", folder.resolve("start cache").toString());
        return folder.resolve("start cache");
    }

    private static List<String> files(final Path folder) throws IOException {
        if (Files.notExists(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(Path::toString).sorted().toList();
        }
    }

    @Test
    void shouldStartFromTheCacheWhenThereIsOneOfTheseJars() throws IOException, InterruptedException {
        final Path cache = cacheFolder();
        final Said made = launch("--make-start-cache");
        assertEquals(0, made.status, made.toString());
        assertEquals(List.of(made.out.strip()), files(cache));
        assertEquals(made, launch("--make-start-cache"));
        final Said said = launch("run", "x");
        started(said, "run", "x");
        assertTrue(said.out.contains("\n-XX:AOTCache=" + made.out.strip() + "\n"), said.out);
        environment.put("TACTUS_JVM_FLAGS", "-XX:AOTCache=/own -XX:-AutoCreateSharedArchive");
        assertFalse(launch("run", "x").out.contains(made.out.strip()));
        environment.remove("TACTUS_JVM_FLAGS");

        Files.writeString(home.resolve("bench/target/lib/tactus-core-1.jar"), "c0re");
        assertFalse(launch("stat").out.contains("AOTCache"), "other jars");
        final Said anew = launch("--make-start-cache");
        assertNotEquals(made.out, anew.out);
        assertEquals(List.of(anew.out.strip()), files(cache), "the cache of the earlier build is gone");
        Files.writeString(fakeJdk.resolve("release"), "JAVA_VERSION=\"25.0.4\"\n");
        assertFalse(launch("stat").out.contains("AOTCache"), "another JVM");
    }

    @Test
    void shouldStartWithoutACacheWhenNoneCanBeMade() throws IOException, InterruptedException {
        final Path cache = cacheFolder();
        Files.writeString(fakeJdk.resolve("bin/java.fails"), "");
        refused(launch("--make-start-cache"), "cannot be made");
        assertEquals(List.of(), files(cache));
        started(launch("run", "x"), "run", "x");
        Files.delete(cache);
        Files.writeString(cache, "a file where the folder should be");
        refused(launch("--make-start-cache"), "cannot be made");
        started(launch("run", "x"), "run", "x");
        environment.put("TACTUS_START_CACHE", "off");
        refused(launch("--make-start-cache"), "no folder");
    }

    @Test
    void shouldLeaveTheRightsOfACacheFolderThatIsThere() throws IOException, InterruptedException {
        final Path cache = cacheFolder();
        final Path parent = folder.resolve("new").resolve("deep");
        Files.createDirectories(cache);
        Files.setPosixFilePermissions(cache, PosixFilePermissions.fromString("rwxr-xr-x"));
        assertEquals(0, launch("--make-start-cache").status);
        assertEquals("rwxr-xr-x", PosixFilePermissions.toString(Files.getPosixFilePermissions(cache)));
        environment.put("TACTUS_START_CACHE", parent.toString());
        assertEquals(0, launch("--make-start-cache").status);
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(parent)));
    }

    @Test
    void shouldGoWithoutACacheWhereAnybodyMayWriteOrThePathHasAColon() throws IOException, InterruptedException {
        final Path cache = cacheFolder();
        assertEquals(0, launch("--make-start-cache").status);
        Files.setPosixFilePermissions(cache, PosixFilePermissions.fromString("rwxrwxrwx"));
        final Said said = launch("run", "x");
        started(said, "run", "x");
        assertFalse(said.out.contains("-XX:AOTCache="), said.out);
        refused(launch("--make-start-cache"), "not everybody may write");
        environment.put("TACTUS_START_CACHE", folder.resolve("a:b").toString());
        refused(launch("--make-start-cache"), "without a colon");
        assertTrue(Files.notExists(folder.resolve("a:b")));
    }

    @Test
    void shouldMakeTheCacheAfterTheFirstCommandHasEnded() throws IOException, InterruptedException {
        final Path cache = cacheFolder();
        environment.put("CI", "true");
        started(launch("run", "x"), "run", "x");
        environment.remove("CI");
        started(launch("--version"), "--version");
        Thread.sleep(7_000);
        assertEquals(List.of(), files(cache), "not in a build server, and not for a short word");
        started(launch("run", "x"), "run", "x");
        for (int i = 0; i < 600 && files(cache).stream().noneMatch(file -> file.endsWith(".aot")); i++) {
            Thread.sleep(100);
        }
        for (int i = 0; i < 100 && files(cache).size() > 1; i++) {
            Thread.sleep(100); // the lock goes last
        }
        assertEquals(1, files(cache).size(), files(cache).toString());
        assertTrue(launch("run", "x").out.contains("-XX:AOTCache="));
    }

    private void makeSmallJar() throws IOException {
        final Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, Hello.class.getName());
        final String entry = Hello.class.getName().replace('.', '/') + ".class";
        try (OutputStream file = Files.newOutputStream(home.resolve("bench/target/tactus-bench.jar"));
            JarOutputStream jar = new JarOutputStream(file, manifest);
            InputStream bytes = Hello.class.getClassLoader().getResourceAsStream(entry)) {
            jar.putNextEntry(new JarEntry(entry));
            bytes.transferTo(jar);
            jar.closeEntry();
        }
    }

    @Test
    void shouldStartInSilenceWhateverTheCacheHolds() throws IOException, InterruptedException {
        environment.put("TACTUS_JAVA_HOME", REAL_JDK);
        makeSmallJar();
        cacheFolder();
        final Said made = launch("--make-start-cache");
        assertEquals(0, made.status, made.toString());
        final Path cache = Path.of(made.out.strip());
        final byte[] good = Files.readAllBytes(cache);
        final Said expected = new Said(1, "hello run,x\n", "");
        environment.put("TACTUS_JVM_FLAGS", "-Xlog:class+load:file=" + folder.resolve("loaded"));
        assertEquals(expected, launch("run", "x"));
        assertTrue(Files.readString(folder.resolve("loaded"), StandardCharsets.UTF_8).lines().anyMatch(
            line -> line.contains(Hello.class.getName()) && line.contains("shared objects file")), "the cache is used");
        for (final String flags : List.of("-XX:-UseSerialGC -XX:+UseG1GC", "-XX:+UseCompactObjectHeaders", "-XX:-UseCompressedOops",
            "-Xmx40g", "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED")) {
            environment.put("TACTUS_JVM_FLAGS", flags);
            assertEquals(expected, launch("run", "x"), flags);
        }
        environment.remove("TACTUS_JVM_FLAGS");
        for (final double from : List.of(0.0, 0.001, 0.3, 0.5, 0.9)) {
            try (RandomAccessFile file = new RandomAccessFile(cache.toFile(), "rw")) {
                file.seek((long) (from * good.length));
                file.write(new byte[good.length / 20]);
            }
            assertEquals(expected, launch("run", "x"), "zeros from " + from);
            Files.write(cache, good);
        }
        for (final int length : List.of(0, 1, 4096, good.length / 2, good.length - 1)) {
            try (RandomAccessFile file = new RandomAccessFile(cache.toFile(), "rw")) {
                file.setLength(length);
            }
            assertEquals(expected, launch("run", "x"), length + " bytes");
            Files.write(cache, good);
        }
    }
}
