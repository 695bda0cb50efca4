// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A Chromium without a window, driven by its debugging protocol: opens a page, clicks, looks, and collects what its console says. */
public final class Browser implements AutoCloseable {
    private static final Pattern SOCKET = Pattern.compile("\"webSocketDebuggerUrl\": *\"([^\"]*/page/[^\"]*)\"");
    private static final Pattern ID = Pattern.compile("^\\{\"id\":(\\d+),");
    private static final long PATIENCE_S = 120;

    private final Process process;
    private final WebSocket socket;
    private final BlockingQueue<String> answers = new ArrayBlockingQueue<>(1000);
    private final List<String> complaints = Collections.synchronizedList(new ArrayList<>());
    private int sent;

    /**
     * Starts it.
     *
     * @param profile a folder of its own; what it leaves lies there
     * @param width   of the window, pixels
     * @param height  of the window, pixels
     */
    public Browser(final Path profile, final int width, final int height) throws IOException, InterruptedException {
        Files.createDirectories(profile);
        final ProcessBuilder start = new ProcessBuilder(executable().orElseThrow().toString(), "--headless", "--no-sandbox",
            "--disable-gpu", "--user-data-dir=" + profile, "--remote-debugging-port=0", "--remote-allow-origins=*",
            "--hide-scrollbars", "--window-size=" + width + "," + height, "about:blank").redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD);
        start.environment().put("TMPDIR", profile.toAbsolutePath().toString()); // it is killed, and cleans nothing up
        process = start.start();
        final Path port = profile.resolve("DevToolsActivePort");
        for (int i = 0; i < PATIENCE_S * 10 && (!Files.exists(port) || Files.readAllLines(port).isEmpty()); i++) {
            Thread.sleep(100);
        }
        final HttpClient http = HttpClient.newHttpClient();
        String pages = "";
        Matcher found = SOCKET.matcher(pages);
        for (int i = 0; i < PATIENCE_S * 10 && !found.find(); i++) {
            Thread.sleep(100);
            final URI list = URI.create("http://127.0.0.1:" + Files.readAllLines(port).getFirst() + "/json");
            pages = http.send(HttpRequest.newBuilder(list).build(), HttpResponse.BodyHandlers.ofString()).body();
            found = SOCKET.matcher(pages);
        }
        socket = http.newWebSocketBuilder().buildAsync(URI.create(found.group(1)), new WebSocket.Listener() {
            private final StringBuilder text = new StringBuilder();

            @Override
            public CompletionStage<?> onText(final WebSocket from, final CharSequence part, final boolean last) {
                text.append(part);
                if (last) {
                    message(text.toString());
                    text.setLength(0);
                }
                from.request(1);
                return null;
            }
        }).join();
        call("Runtime.enable", Map.of());
        call("Log.enable", Map.of());
        call("Page.enable", Map.of());
    }

    /**
     * Finds a browser on this machine.
     *
     * @return its program
     */
    public static Optional<Path> executable() {
        return Stream.of("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome").map(Path::of)
            .filter(Files::isExecutable).findFirst();
    }

    private void message(final String text) {
        if (ID.matcher(text).find()) {
            answers.add(text);
        } else if (text.contains("\"Runtime.exceptionThrown\"") || text.contains("\"Log.entryAdded\"")
            || text.contains("\"Runtime.consoleAPICalled\"")) {
            complaints.add(text);
        }
    }

    private String call(final String method, final Map<String, Object> parameters) throws IOException, InterruptedException {
        final StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.writeStartObject();
            json.writeNumberField("id", ++sent);
            json.writeStringField("method", method);
            json.writeObjectFieldStart("params");
            for (final Map.Entry<String, Object> entry : parameters.entrySet()) {
                switch (entry.getValue()) {
                    case Integer number -> json.writeNumberField(entry.getKey(), number);
                    case Double number -> json.writeNumberField(entry.getKey(), number);
                    case Boolean yes -> json.writeBooleanField(entry.getKey(), yes);
                    default -> json.writeStringField(entry.getKey(), entry.getValue().toString());
                }
            }
            json.writeEndObject();
            json.writeEndObject();
        }
        socket.sendText(text.toString(), true).join();
        while (true) {
            final String answer = answers.poll(PATIENCE_S, TimeUnit.SECONDS);
            if (answer == null) {
                throw new IOException("the browser does not answer to " + method);
            } else if (answer.startsWith("{\"id\":" + sent + ",")) {
                if (answer.startsWith("{\"id\":" + sent + ",\"error\"")) {
                    throw new IOException(method + ": " + answer);
                }
                return answer;
            }
        }
    }

    /** Opens an address and waits until the page says that it is ready; how long that took, milliseconds. */
    public long open(final URI address) throws IOException, InterruptedException {
        final long beganNs = System.nanoTime();
        call("Page.navigate", Map.of("url", address.toString()));
        while (!evaluate("document.body && document.body.dataset.ready || ''").equals("yes")) {
            if (System.nanoTime() - beganNs > PATIENCE_S * 1_000_000_000L) {
                throw new IOException("the page is not ready: " + evaluate("document.body.innerText.slice(0, 500)") + complaints);
            }
            Thread.sleep(50);
        }
        return (System.nanoTime() - beganNs) / 1_000_000;
    }

    /** What an expression of the page is, as text. */
    public String evaluate(final String expression) throws IOException, InterruptedException {
        final String answer = call("Runtime.evaluate", Map.of("expression", "(async () => String(await (" + expression + ")))()",
            "returnByValue", true, "awaitPromise", true));
        final Matcher value = Pattern.compile("\"value\":\"((?:[^\"\\\\]|\\\\.)*)\"").matcher(answer);
        return value.find() ? value.group(1).replace("\\n", "\n").replace("\\\"", "\"") : "";
    }

    /** Presses and releases the mouse. */
    public void click(final double x, final double y) throws IOException, InterruptedException {
        for (final String type : List.of("mousePressed", "mouseReleased")) {
            call("Input.dispatchMouseEvent", Map.of("type", type, "x", x, "y", y, "button", "left", "clickCount", 1));
        }
    }

    /** Presses and releases a key. */
    public void key(final String key) throws IOException, InterruptedException {
        call("Input.dispatchKeyEvent", Map.of("type", "keyDown", "key", key));
        call("Input.dispatchKeyEvent", Map.of("type", "keyUp", "key", key));
    }

    /** Turns the wheel. */
    public void wheel(final double x, final double y, final double by) throws IOException, InterruptedException {
        call("Input.dispatchMouseEvent", Map.of("type", "mouseWheel", "x", x, "y", y, "deltaX", 0.0, "deltaY", by));
    }

    /** Writes what the window shows as PNG. */
    public void screenshot(final Path file) throws IOException, InterruptedException {
        final String answer = call("Page.captureScreenshot", Map.of("format", "png"));
        final int from = answer.indexOf("\"data\":\"") + "\"data\":\"".length();
        Files.write(file, Base64.getDecoder().decode(answer.substring(from, answer.indexOf('"', from))));
    }

    /** What went wrong in the page, and what its console says. */
    public List<String> complaints() {
        return List.copyOf(complaints);
    }

    @Override
    public void close() {
        socket.abort();
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        try {
            process.waitFor(PATIENCE_S, TimeUnit.SECONDS);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
