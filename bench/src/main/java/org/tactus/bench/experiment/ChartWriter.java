// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.experiment;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Dimension;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import javax.imageio.ImageIO;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.apache.batik.svggen.SVGGraphics2D;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;
import org.tactus.cli.support.PrerequisiteException;
import org.tactus.internal.file.OutputFolder;
import org.tactus.internal.file.WholeFile;
import org.tactus.internal.text.Printable;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/** Draws line charts as SVG and PNG: coloured lines with markers, dashed grey ones for upper limits, upright bars for 95 % intervals. */
public final class ChartWriter {
    private static final String SVG = "http://www.w3.org/2000/svg";
    private static final int WIDTH = 1200;
    private static final int HEIGHT = 640;
    private static final int PNG_SCALE = 2;
    /** Top of an axis of percents: 100 and room for markers. */
    private static final double FULL = 102;
    /** An axis that spans less has decimals. */
    private static final double FEW = 20;
    /** Colours that people with colour blindness tell apart, after Okabe and Ito. */
    private static final Color[] COLORS = {
        new Color(0x00, 0x00, 0x00), new Color(0xE6, 0x9F, 0x00), new Color(0x56, 0xB4, 0xE9), new Color(0x00, 0x9E, 0x73),
        new Color(0xD5, 0x5E, 0x00), new Color(0x00, 0x72, 0xB2), new Color(0xCC, 0x79, 0xA7),
        new Color(0x8B, 0x5A, 0x2B)};
    private static final int FAINT = 110;
    private static final Color[] LIMITS = {new Color(0x55, 0x55, 0x55), new Color(0xA0, 0xA0, 0xA0)};
    private static final Marker[] MARKERS = {SeriesMarkers.CIRCLE, SeriesMarkers.SQUARE, SeriesMarkers.DIAMOND,
        SeriesMarkers.TRIANGLE_UP, SeriesMarkers.TRIANGLE_DOWN, SeriesMarkers.CROSS, SeriesMarkers.PLUS,
        SeriesMarkers.RECTANGLE};

    private ChartWriter() {
    }

    /**
     * What is drawn.
     *
     * @param name       of the files, without their ending
     * @param title      headline
     * @param axisTitle  what x is
     * @param valueTitle what y is
     * @param low        least y
     * @param high       largest y
     * @param decades    whether x is drawn by its logarithm
     * @param lines      in the order of the legend
     */
    public record Chart(String name, String title, String axisTitle, String valueTitle, double low, double high, boolean decades,
                        List<Line> lines) {
        /** With x drawn as it is. */
        public Chart(final String name, final String title, final String axisTitle, final String valueTitle, final double low,
                     final double high, final List<Line> lines) {
            this(name, title, axisTitle, valueTitle, low, high, false, lines);
        }

        /** With percent as y. */
        public Chart(final String name, final String title, final String axisTitle, final String valueTitle, final List<Line> lines) {
            this(name, title, axisTitle, valueTitle, 0, FULL, lines);
        }
    }

    /**
     * A line.
     *
     * @param name  in the legend
     * @param x     ascending
     * @param y     as the chart says
     * @param limit whether it is an upper limit
     * @param low   lower ends of the intervals around y; empty for none
     * @param high  upper ends
     */
    public record Line(String name, double[] x, double[] y, boolean limit, double[] low, double[] high) {
        /** Without intervals. */
        public Line(final String name, final double[] x, final double[] y, final boolean limit) {
            this(name, x, y, limit, new double[0], new double[0]);
        }

        /**
         * Percents accepted, with their intervals.
         *
         * @param accepted at each place
         * @param total    at each place, above 0
         */
        public static Line accepted(final String name, final double[] x, final long[] accepted, final long[] total, final boolean limit) {
            final double[] percent = new double[x.length];
            final double[] low = new double[x.length];
            final double[] high = new double[x.length];
            for (int p = 0; p < x.length; p++) {
                final WilsonInterval interval = WilsonInterval.of(accepted[p], total[p]);
                percent[p] = 100.0 * accepted[p] / total[p];
                low[p] = 100 * interval.low();
                high[p] = 100 * interval.high();
            }
            return new Line(name, x, percent, limit, low, high);
        }
    }

    /**
     * Makes a folder, and says now what would keep a table and its charts from being written there after hours.
     *
     * @param folder where
     * @param names  of the files, without an ending
     * @throws IOException when it cannot be made, or takes no such file
     */
    public static void requireWritable(final Path folder, final String... names) throws IOException {
        try {
            OutputFolder.make(folder);
        } catch (final IOException e) {
            throw new PrerequisiteException("cannot make the folder " + Printable.line(folder) + " for the results: "
                + Printable.line(e.getMessage()) + "; choose another folder by --out");
        }
        for (final String name : names) {
            for (final String ending : List.of(".csv", ".svg", ".png")) {
                WholeFile.requireWritable(folder.resolve(name + ending));
            }
        }
    }

    /**
     * Writes {@code schedulability-SYSTEM.svg} and {@code .png}: the ratio of accepted sets over the axis.
     *
     * @throws IOException when a file cannot be written
     */
    public static void write(final ExperimentResult result, final Path folder) throws IOException {
        final Experiment experiment = result.experiment();
        final double[] axis = experiment.axis();
        final List<Line> lines = new ArrayList<>();
        for (int a = 0; a < experiment.approaches().size(); a++) {
            final int approach = a;
            lines.add(Line.accepted(experiment.approaches().get(a), axis,
                IntStream.range(0, axis.length).mapToLong(p -> result.tally().accepted(p, approach)).toArray(),
                LongStream.generate(result::sets).limit(axis.length).toArray(), experiment.isLimit(a)));
        }
        write(new Chart(fileName(result, ""), experiment.title() + " (" + result.sets() + " sets a point)", experiment.axisTitle(),
            "Task sets accepted, %", lines), folder);
    }

    /**
     * Writes a chart.
     *
     * @throws IOException when a file cannot be written
     */
    public static void write(final Chart drawn, final Path folder) throws IOException {
        final XYChart chart = chart(drawn);
        final BufferedImage image = new BufferedImage(WIDTH * PNG_SCALE, HEIGHT * PNG_SCALE, BufferedImage.TYPE_INT_RGB);
        final Graphics2D graphics = image.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        graphics.scale(PNG_SCALE, PNG_SCALE);
        chart.paint(graphics, WIDTH, HEIGHT);
        graphics.dispose();
        final Path png = folder.resolve(drawn.name() + ".png");
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream stream = new MemoryCacheImageOutputStream(bytes)) { // the usual one makes a file in the temporary folder
            if (!ImageIO.write(image, "png", stream)) {
                throw new IOException("cannot write " + png + ": no PNG writer in this Java");
            }
        }
        WholeFile.write(png, out -> bytes.writeTo(out));
        final Document document = emptySvg();
        final SVGGraphics2D svg = new SVGGraphics2D(document);
        svg.setSVGCanvasSize(new Dimension(WIDTH, HEIGHT));
        chart.paint(svg, WIDTH, HEIGHT);
        final Writer writer = new StringWriter();
        svg.stream(described(document, svg.getRoot(), drawn), writer, true, false);
        WholeFile.write(folder.resolve(drawn.name() + ".svg"), writer.toString());
    }

    private static Document emptySvg() {
        try {
            return DocumentBuilderFactory.newInstance().newDocumentBuilder().getDOMImplementation()
                .createDocument(SVG, "svg", null);
        } catch (final ParserConfigurationException e) {
            throw new IllegalStateException("this Java cannot make an XML document", e);
        }
    }

    /** The chart's words are outlines; its headline and lines also stand in it as text, for search and for screen readers. */
    private static Element described(final Document document, final Element root, final Chart drawn) {
        final Element lines = document.createElementNS(SVG, "desc");
        lines.setTextContent(drawn.axisTitle() + "; " + String.join(", ", drawn.lines().stream().map(Line::name).toList()));
        root.insertBefore(lines, root.getFirstChild());
        final Element title = document.createElementNS(SVG, "title");
        title.setTextContent(drawn.title());
        root.insertBefore(title, lines);
        return root;
    }

    /** Name of a result file; without a dot when there is no ending. */
    public static String fileName(final ExperimentResult result, final String ending) {
        return fileName(result.experiment(), ending);
    }

    /** As {@link #fileName(ExperimentResult, String)}, before there is a result. */
    static String fileName(final Experiment experiment, final String ending) {
        return "schedulability-" + experiment.name() + (ending.isEmpty() ? "" : '.' + ending);
    }

    private static XYChart chart(final Chart drawn) {
        final XYChart chart = new XYChartBuilder().width(WIDTH).height(HEIGHT).title(drawn.title())
            .xAxisTitle(drawn.axisTitle()).yAxisTitle(drawn.valueTitle()).build();
        final var style = chart.getStyler();
        style.setChartBackgroundColor(Color.WHITE);
        style.setPlotBackgroundColor(Color.WHITE);
        style.setPlotGridLinesColor(new Color(0xDD, 0xDD, 0xDD));
        style.setLegendPosition(Styler.LegendPosition.OutsideE);
        style.setLegendBorderColor(Color.WHITE);
        style.setLegendFont(new Font(Font.SANS_SERIF, Font.PLAIN, 13));
        style.setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, 13));
        style.setAxisTitleFont(new Font(Font.SANS_SERIF, Font.BOLD, 14));
        style.setChartTitleFont(new Font(Font.SANS_SERIF, Font.BOLD, 16));
        style.setYAxisMin(drawn.low());
        style.setYAxisMax(drawn.high());
        style.setYAxisTickMarkSpacingHint(60);
        style.setYAxisDecimalPattern(drawn.high() - drawn.low() < FEW ? "0.0#" : "0");
        style.setXAxisDecimalPattern(drawn.decades() ? "0.##" : "0.0#");
        style.setXAxisLogarithmic(drawn.decades());
        style.setMarkerSize(7);
        int lines = 0;
        int limits = 0;
        for (final Line line : drawn.lines()) {
            final XYSeries series = chart.addSeries(line.name(), line.x(), line.y());
            if (line.limit()) {
                series.setLineColor(LIMITS[limits % LIMITS.length]);
                series.setLineStyle(new BasicStroke(2, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 10, new float[] {7, 5}, 0));
                series.setMarker(SeriesMarkers.NONE);
                limits++;
            } else {
                series.setLineColor(COLORS[lines % COLORS.length]);
                series.setLineStyle(new BasicStroke(2));
                series.setMarker(MARKERS[lines % MARKERS.length]);
                series.setMarkerColor(COLORS[lines % COLORS.length]);
                lines++;
            }
            intervals(chart, line, series.getLineColor());
        }
        return chart;
    }

    /** An upright bar at each place; a series each, since the library's own bars reach as far up as down. */
    private static void intervals(final XYChart chart, final Line line, final Color color) {
        for (int p = 0; p < line.low().length; p++) {
            final XYSeries bar = chart.addSeries(line.name() + " interval " + p, new double[] {line.x()[p], line.x()[p]},
                new double[] {line.low()[p], line.high()[p]});
            bar.setShowInLegend(false);
            bar.setMarker(SeriesMarkers.NONE);
            bar.setLineColor(new Color(color.getRed(), color.getGreen(), color.getBlue(), FAINT));
            bar.setLineStyle(new BasicStroke(1.5f));
        }
    }
}
