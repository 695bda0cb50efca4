// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.report;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Takes the pictures of a report, and measures how fluid it is: {@code ReportShots PAGE PICTURE [light|dark [TOP [HEIGHT]]]} opens a page,
 * zooms and pans through all of it, prints how long frames took, goes to the next miss, and leaves a picture of the window, HEIGHT pixels
 * high and scrolled to TOP.
 */
public final class ReportShots {
    private static final int WIDTH = 1200;
    private static final int HEIGHT = 1000;
    private static final String FRAMES = """
        (async () => { const c = document.getElementById('line'); const times = [];
          const press = key => c.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true, cancelable: true}));
          const keys = [...'++++++++++', 'ArrowRight', 'ArrowRight', 'ArrowRight', ...'--------', '0'];
          for (let round = 0; round < 3; round++) for (const key of keys) {
            const began = performance.now(); press(key);
            await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
            times.push(performance.now() - began); }
          times.sort((a, b) => a - b);
          const ms = of => times[of].toFixed(1) + ' ms';
          return 'median ' + ms(times.length >> 1) + ', worst ' + ms(times.length - 1) + ' of ' + times.length; })()""";

    private ReportShots() {
    }

    /**
     * Takes a picture.
     *
     * @param words page, picture, and the theme
     */
    public static void main(final String[] words) throws Exception {
        final Path profile = Files.createTempDirectory("tactus-browser");
        try (Browser browser = new Browser(profile, WIDTH, words.length > 4 ? Integer.parseInt(words[4]) : HEIGHT)) {
            final String theme = words.length > 2 ? words[2] : "light";
            System.out.println("ready after " + browser.open(URI.create(Path.of(words[0]).toUri() + "#theme=" + theme)) + " ms");
            System.out.println("from a key to the second frame after it: " + browser.evaluate(FRAMES));
            browser.evaluate("document.getElementById('line').focus()");
            browser.key("n");
            browser.evaluate("scrollTo(0, " + (words.length > 3 ? words[3] : "0") + ")");
            System.out.println("job: " + browser.evaluate("document.getElementById('job').innerText.slice(0, 300)"));
            browser.evaluate("document.activeElement.blur()"); // its ring is for who looks for it
            browser.screenshot(Path.of(words[1]));
            System.out.println("complaints: " + browser.complaints());
        }
    }
}
