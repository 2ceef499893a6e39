package org.fencepost.ipc.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.CategorySeries.CategorySeriesRenderStyle;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.internal.chartpart.IChart;
import org.knowm.xchart.style.Styler.LegendPosition;

/**
 * Pictures of the findings, one a measure and variant: curves over the percentiles where a measure
 * yields a distribution, bars with the extremes marked where it does not.
 */
final class Plots {
    private static final String FORMAT = "png";
    private static final int WIDTH = 1200;
    private static final int HEIGHT = 700;
    private static final int LABELS_DEGREES = 45;
    private static final double HUNDRED_PERCENT = 100;

    private final Map<Cell, List<Sample>> samples;
    private final Path directory;

    Plots(final Map<Cell, List<Sample>> samples, final Path directory) {
        this.samples = samples;
        this.directory = directory;
    }

    /**
     * Draws them all.
     *
     * @return the names of the files.
     */
    List<String> draw() {
        System.setProperty("java.awt.headless", "true");
        final List<String> files = new ArrayList<>();
        for (final Measure measure : measures()) {
            for (final Variant variant : variants(measure)) {
                final List<Cell> cells = cells(measure, variant);
                if (!cells.isEmpty()) {
                    files.add(draw(measure, variant, cells));
                }
            }
        }
        return files;
    }

    private String draw(final Measure measure, final Variant variant, final List<Cell> cells) {
        final String title = measure.title() + ", " + variant.label();
        final boolean isDistribution = measure.figures().getFirst().isPercentile();
        return save(
            isDistribution ? curves(title, measure, cells) : bars(title, cells),
            (measure.label() + " " + variant.label()).replace(' ', '-') + "." + FORMAT);
    }

    private List<Measure> measures() {
        return samples.keySet().stream().map(Cell::measure).distinct().toList();
    }

    private List<Variant> variants(final Measure measure) {
        return samples.keySet().stream().filter(cell -> cell.measure() == measure)
            .map(Cell::variant).distinct().toList();
    }

    private List<Cell> cells(final Measure measure, final Variant variant) {
        return samples.keySet().stream()
            .filter(cell -> cell.measure() == measure && cell.variant().equals(variant)
                && !samples.get(cell).isEmpty())
            .toList();
    }

    private IChart bars(final String title, final List<Cell> cells) {
        final CategoryChart chart = new CategoryChartBuilder()
            .width(WIDTH).height(HEIGHT).title(title).build();
        final List<String> names = cells.stream().map(cell -> cell.entrant().name()).toList();
        final List<Summary> summaries =
            cells.stream().map(cell -> Summary.of(samples.get(cell), 0)).toList();
        chart.getStyler().setOverlapped(true);
        chart.getStyler().setXAxisLabelRotation(LABELS_DEGREES);
        chart.getStyler().setYAxisMin(0.0);
        chart.addSeries("median", names, summaries.stream().map(Summary::median).toList());
        chart.addSeries("min", names, summaries.stream().map(Summary::min).toList())
            .setChartCategorySeriesRenderStyle(CategorySeriesRenderStyle.Scatter);
        chart.addSeries("max", names, summaries.stream().map(Summary::max).toList())
            .setChartCategorySeriesRenderStyle(CategorySeriesRenderStyle.Scatter);
        return chart;
    }

    private IChart curves(final String title, final Measure measure, final List<Cell> cells) {
        final XYChart chart = new XYChartBuilder()
            .width(WIDTH).height(HEIGHT).title(title).xAxisTitle("percentile").build();
        chart.getStyler().setLegendPosition(LegendPosition.OutsideE);
        chart.getStyler().setXAxisLogarithmic(true);
        chart.getStyler().setYAxisLogarithmic(true);
        chart.setCustomXAxisTickLabelsFormatter(Plots::percentileAt);
        for (final Cell cell : cells) {
            final List<Double> places = new ArrayList<>();
            final List<Double> nanos = new ArrayList<>();
            for (int i = 0; i < measure.figures().size(); i++) {
                final Figure figure = measure.figures().get(i);
                if (figure.isPercentile() && figure.percentile() < HUNDRED_PERCENT) {
                    places.add(placeOf(figure.percentile()));
                    // A logarithm of nothing cannot be drawn.
                    nanos.add(Math.max(1, Summary.of(samples.get(cell), i).median()));
                }
            }
            chart.addSeries(cell.entrant().name(), places, nanos);
        }
        return chart;
    }

    /** Where a percentile stands: one in how many is worse. */
    private static double placeOf(final double percentile) {
        return HUNDRED_PERCENT / (HUNDRED_PERCENT - percentile);
    }

    private static String percentileAt(final double place) {
        final double percentile = HUNDRED_PERCENT - HUNDRED_PERCENT / place;
        return String.format(Locale.ROOT, "%.4f", percentile).replaceAll("\\.?0+$", "") + " %";
    }

    private String save(final IChart chart, final String name) {
        final Path file = directory.resolve(name);
        try {
            Files.write(file, ChartEncoder.getBytes(chart, FORMAT));
            return name;
        } catch (final IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }
}
