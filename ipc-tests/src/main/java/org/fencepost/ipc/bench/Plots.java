package org.fencepost.ipc.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.CategorySeries.CategorySeriesRenderStyle;
import org.knowm.xchart.internal.chartpart.IChart;

/**
 * Pictures of the findings, one a measure and variant: curves over the percentiles where a measure
 * yields a distribution, bars with the extremes marked where it does not.
 */
final class Plots {
    private static final int LABELS_DEGREES = 45;

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
            (measure.label() + " " + variant.label()).replace(' ', '-') + "." + Curves.FORMAT);
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
            .width(Curves.WIDTH).height(Curves.HEIGHT).title(title).build();
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
        final Curves curves = new Curves(title);
        for (final Cell cell : cells) {
            curves.add(cell.entrant().name(), measure.figures(),
                index -> Summary.of(samples.get(cell), index).median());
        }
        return curves.chart();
    }

    private String save(final IChart chart, final String name) {
        Curves.save(chart, directory.resolve(name));
        return name;
    }
}
