// SPDX-License-Identifier: Apache-2.0
package org.tactus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Holds every Markdown page to the tree: what it links to, and each path and class of ours that it names, is there. */
class MarkdownTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Path ROOMS = Path.of("src/main/java/org/tactus");
    private static final Set<String> NOT_OURS = Set.of("target", "out", ".git", "node_modules");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
    private static final Pattern CODE = Pattern.compile("`([^`\n]+)`");
    private static final Pattern FENCED = Pattern.compile("(?ms)^```.*?^```$");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");
    private static final Pattern PATH =
        Pattern.compile("(?:bench|bindings|core|docs|examples|config|native-headers|\\.ci|\\.github)/[A-Za-z0-9_./-]*");
    private static final Pattern ROOM_PATH = Pattern.compile("((?:[a-z]+/)+[A-Z]\\w+)(?:\\.\\w+)?");
    private static final Pattern QUALIFIED = Pattern.compile("org\\.tactus(?:\\.[a-z]\\w*)+(?:\\.[A-Z]\\w*)?");
    private static final Pattern TEST_CLASS = Pattern.compile("[A-Z]\\w*Test");
    private static final Pattern MEMBER = Pattern.compile("(?:[a-z]+/)*([A-Z]\\w*)\\.([a-z]\\w*)\\b(?!\\.).*");
    private static final Set<String> MODULES = Set.of("org.tactus.core", "org.tactus.bindings");
    /** A page names its new class so where a reader is told to write one. */
    private static final String TO_BE_WRITTEN = " implements ";

    private final List<Path> pages = new ArrayList<>();
    private final Set<Path> sources = new HashSet<>();

    MarkdownTest() throws IOException {
        Files.walkFileTree(ROOT, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(final Path folder, final BasicFileAttributes attributes) {
                return NOT_OURS.contains(folder.getFileName().toString()) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(final Path file, final BasicFileAttributes attributes) {
                if (file.toString().endsWith(".md")) {
                    pages.add(file);
                } else if (file.toString().endsWith(".java")) {
                    sources.add(file);
                }
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private List<String> wrong(final BiFunction<Path, String, List<String>> check) throws IOException {
        final List<String> wrong = new ArrayList<>();
        for (final Path page : pages) {
            check.apply(page, Files.readString(page)).forEach(what -> wrong.add(ROOT.relativize(page) + ": " + what));
        }
        return wrong;
    }

    private static List<String> codes(final String text) {
        return CODE.matcher(FENCED.matcher(text).replaceAll("")).results().map(found -> found.group(1)).toList();
    }

    /** The anchor that GitHub gives a heading. */
    private static String anchor(final String heading) {
        return heading.toLowerCase(Locale.ROOT).replaceAll("[^\\w\\- ]", "").replace(' ', '-');
    }

    @Test
    void shouldLeadToAFileAndAHeadingWhenAPageHasALink() throws IOException {
        assertTrue(pages.size() > 20, pages.toString());
        assertEquals(List.of(), wrong((page, text) -> LINK.matcher(FENCED.matcher(text).replaceAll("")).results()
            .map(found -> found.group(1)).filter(link -> !link.contains(":")).filter(link -> !isThere(page, link)).toList()));
    }

    private static boolean isThere(final Path page, final String link) {
        final int hash = link.indexOf('#');
        final String file = hash < 0 ? link : link.substring(0, hash);
        final Path target = file.isEmpty() ? page : page.resolveSibling(file);
        if (!Files.exists(target)) {
            return false;
        }
        try {
            return hash < 0 || HEADING.matcher(FENCED.matcher(Files.readString(target)).replaceAll("")).results()
                .anyMatch(heading -> anchor(heading.group(1)).equals(link.substring(hash + 1)));
        } catch (final IOException e) {
            return false;
        }
    }

    @Test
    void shouldNameWhatIsThereWhenAPageNamesAPath() throws IOException {
        assertEquals(List.of(), wrong((page, text) -> codes(text).stream()
            .flatMap(code -> List.of(code.split(" ")).stream()).filter(word -> PATH.matcher(word).matches() && !word.contains("/target"))
            .filter(word -> !Files.exists(ROOT.resolve(word)) && !Files.exists(page.resolveSibling(word))).toList()));
    }

    @Test
    void shouldNameWhatIsThereWhenAPageNamesAClass() throws IOException {
        assertEquals(List.of(), wrong((page, text) -> codes(text).stream().filter(code -> !code.contains(TO_BE_WRITTEN))
            .flatMap(code -> List.of(code.split(" ")).stream()).filter(word -> !isKnown(word)).toList()));
    }

    @Test
    void shouldNameWhatIsThereWhenAPageNamesAMemberOfAClass() throws IOException {
        assertEquals(List.of(), wrong((page, text) -> codes(text).stream().flatMap(code -> List.of(code.split(" ")).stream())
            .filter(word -> !hasMember(word)).toList()));
    }

    /** Whether a word names no member of a class of ours, or one whose name is in the class. */
    private boolean hasMember(final String word) {
        final var named = MEMBER.matcher(word);
        if (!named.matches()) {
            return true;
        }
        final List<Path> classes = sources.stream().filter(file -> file.getFileName().toString().equals(named.group(1) + ".java")).toList();
        final Pattern member = Pattern.compile("\\b" + named.group(2) + "\\b");
        return classes.isEmpty() || classes.stream().anyMatch(file -> member.matcher(text(file)).find());
    }

    private static String text(final Path file) {
        try {
            return Files.readString(file);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean isKnown(final String word) {
        final var room = ROOM_PATH.matcher(word);
        if (room.matches() && Character.isLowerCase(word.charAt(word.indexOf('/') - 1)) && !word.startsWith("out/")) {
            return Files.exists(ROOT.resolve("core").resolve(ROOMS).resolve(room.group(1) + ".java")) || Files.exists(ROOT.resolve(word));
        }
        if (QUALIFIED.matcher(word).matches()) {
            final String path = "/" + word.replace('.', '/');
            return MODULES.contains(word)
                || sources.stream().map(Path::toString).anyMatch(file -> file.contains(path + ".java") || file.contains(path + "/"));
        }
        return !TEST_CLASS.matcher(word).matches()
            || sources.stream().anyMatch(file -> file.getFileName().toString().equals(word + ".java"));
    }
}
