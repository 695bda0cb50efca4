// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the port answers, and that a program which has it open can end. */
@Timeout(60)
class MetricsEndpointTest {
    private final HttpClient http = HttpClient.newHttpClient();

    private HttpResponse<String> ask(final String method, final String address) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(URI.create(address)).method(method, HttpRequest.BodyPublishers.noBody()).build(),
            HttpResponse.BodyHandlers.ofString());
    }

    /** A thread that is no daemon keeps the JVM from its end after main has returned. */
    @Test
    void shouldKeepNoProgramFromItsEnd() throws IOException {
        final Set<Thread> before = Thread.getAllStackTraces().keySet();
        try (MetricsEndpoint endpoint = new MetricsEndpoint(0, List.of(), UnaryOperator.identity())) {
            final Set<Thread> made = Thread.getAllStackTraces().keySet().stream().filter(thread -> !before.contains(thread))
                .collect(Collectors.toSet());
            assertTrue(made.stream().anyMatch(thread -> thread.getName().contains("HTTP")), made + " at " + endpoint.address());
            assertEquals(List.of(), made.stream().filter(thread -> !thread.isDaemon()).map(Thread::getName).toList());
        }
    }

    @Test
    void shouldAnswerGetOfOnePathAlone() throws Exception {
        try (MetricsEndpoint endpoint = new MetricsEndpoint(0, List.of(), UnaryOperator.identity())) {
            final String address = endpoint.address();
            assertEquals(200, ask("GET", address).statusCode());
            assertEquals(200, ask("GET", address + "?format=any").statusCode());
            for (final String method : List.of("POST", "DELETE", "PUT", "HEAD", "OPTIONS")) {
                final HttpResponse<String> answer = ask(method, address);
                assertEquals(405, answer.statusCode(), method);
                assertEquals("GET", answer.headers().firstValue("Allow").orElse(""), method);
                assertEquals("", answer.body(), method);
            }
            for (final String path : List.of("foo", "/", "/foo", "foo?x=/metrics")) {
                assertEquals(404, ask("GET", address + path).statusCode(), path);
                assertEquals(404, ask("DELETE", address + path).statusCode(), path);
            }
            assertEquals(404, ask("GET", address.replace("/metrics", "/")).statusCode());
        }
    }
}
