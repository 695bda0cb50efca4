// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.watch;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.function.UnaryOperator;

/**
 * Serves counters at {@code /metrics} of the loopback address, from daemon threads of its own: OpenMetrics where the reader asks for that,
 * Prometheus's text format otherwise. Only GET of that one path is answered.
 */
public final class MetricsEndpoint implements AutoCloseable {
    /** The largest port. */
    public static final int MOST_PORT = 65_535;
    private static final String PATH = "/metrics";
    private static final int GOOD = 200;
    private static final int NOT_FOUND = 404;
    private static final int METHOD_NOT_ALLOWED = 405;

    private final HttpServer server;
    private final ExecutorService answering;

    /**
     * Opens the port and begins to answer.
     *
     * @param port    on the loopback address; 0 for a free one
     * @param runs    whose counters are told
     * @param threads makes the two threads that listen and answer, from a platform thread's builder's factory
     * @throws IOException when the port cannot be had
     */
    public MetricsEndpoint(final int port, final List<CountersReader> runs, final UnaryOperator<ThreadFactory> threads)
        throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        final ThreadFactory daemons = Thread.ofPlatform().name("tactus-metrics").daemon(true).factory();
        answering = Executors.newSingleThreadExecutor(threads.apply(daemons));
        server.setExecutor(answering);
        server.createContext(PATH, exchange -> answer(exchange, runs));
        CompletableFuture.runAsync(server::start, answering).join(); // the server's own thread is a daemon, and where this is
    }

    private static void answer(final HttpExchange exchange, final List<CountersReader> runs) throws IOException {
        if (!exchange.getRequestURI().getPath().equals(PATH)) { // a context takes every path that begins as it does
            refuse(exchange, NOT_FOUND);
        } else if (!exchange.getRequestMethod().equals("GET")) {
            exchange.getResponseHeaders().set("Allow", "GET");
            refuse(exchange, METHOD_NOT_ALLOWED);
        } else {
            final String accepted = exchange.getRequestHeaders().getFirst("Accept");
            final boolean open = accepted != null && accepted.contains("application/openmetrics-text");
            final byte[] text = (open ? MetricsText.of(runs) : MetricsText.plain(runs)).getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", open ? MetricsText.CONTENT_TYPE : MetricsText.PLAIN_CONTENT_TYPE);
            exchange.sendResponseHeaders(GOOD, text.length);
            try (var body = exchange.getResponseBody()) {
                body.write(text);
            }
        }
    }

    private static void refuse(final HttpExchange exchange, final int status) throws IOException {
        exchange.sendResponseHeaders(status, -1);
        exchange.close();
    }

    /**
     * Where the counters are served.
     *
     * @return an address that a browser takes
     */
    public String address() {
        return "http://" + server.getAddress().getAddress().getHostAddress() + ":" + server.getAddress().getPort() + PATH;
    }

    /** Gives the port back. */
    @Override
    public void close() {
        server.stop(0);
        answering.shutdownNow();
    }
}
