package org.fencepost.ipc.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntToDoubleFunction;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.internal.chartpart.IChart;
import org.knowm.xchart.style.Styler.LegendPosition;

/** A picture of distributions: a curve for each, over the percentiles, the rare ones widely apart. */
final class Curves {
    static final String FORMAT = "png";
    static final int WIDTH = 1200;
    static final int HEIGHT = 700;

    private static final double HUNDRED_PERCENT = 100;

    private final XYChart chart;

    Curves(final String title) {
        System.setProperty("java.awt.headless", "true");
        chart = new XYChartBuilder()
            .width(WIDTH).height(HEIGHT).title(title).xAxisTitle("percentile").build();
        chart.getStyler().setLegendPosition(LegendPosition.OutsideE);
        chart.getStyler().setXAxisLogarithmic(true);
        chart.getStyler().setYAxisLogarithmic(true);
        chart.setCustomXAxisTickLabelsFormatter(Curves::percentileAt);
    }

    /** Adds one, of the figures that are percentiles below the last. */
    void add(final String name, final List<Figure> figures, final IntToDoubleFunction numbers) {
        final List<Double> places = new ArrayList<>();
        final List<Double> values = new ArrayList<>();
        for (int i = 0; i < figures.size(); i++) {
            final Figure figure = figures.get(i);
            if (figure.isPercentile() && figure.percentile() < HUNDRED_PERCENT) {
                places.add(placeOf(figure.percentile()));
                // A logarithm of nothing cannot be drawn.
                values.add(Math.max(1, numbers.applyAsDouble(i)));
            }
        }
        chart.addSeries(name, places, values);
    }

    XYChart chart() {
        return chart;
    }

    /** Writes a picture. */
    static void save(final IChart picture, final Path file) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.write(file, ChartEncoder.getBytes(picture, FORMAT));
        } catch (final IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }

    /** Where a percentile stands: one in how many is worse. */
    private static double placeOf(final double percentile) {
        return HUNDRED_PERCENT / (HUNDRED_PERCENT - percentile);
    }

    private static String percentileAt(final double place) {
        final double percentile = HUNDRED_PERCENT - HUNDRED_PERCENT / place;
        return String.format(Locale.ROOT, "%.4f", percentile).replaceAll("\\.?0+$", "") + " %";
    }
}
