// <assay-chart>: draws the figures of the JSON block inside it with ECharts, in the page's own colours.
// The tooltip is drawn on the canvas: ECharts' HTML tooltip writes style attributes, which our policy forbids.

const still = matchMedia("(prefers-reduced-motion: reduce)");
const dark = matchMedia("(prefers-color-scheme: dark)");

function color(element, token) {
  const probe = document.createElement("i");
  probe.hidden = true;
  element.append(probe);
  probe.style.setProperty("color", `var(--${token}, var(--dim))`);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

function figure(value, unit) {
  if (value === null || value === undefined) return "–";
  const digits = Math.abs(value) >= 1000 ? 0 : Math.abs(value) >= 1 ? 2 : 4;
  return `${value.toLocaleString("en", { maximumFractionDigits: digits })} ${unit}`;
}

function tooltip(data, element) {
  return {
    trigger: "axis",
    renderMode: "richText",
    confine: true,
    backgroundColor: color(element, "panel"),
    borderColor: color(element, "line"),
    textStyle: { color: color(element, "text"), fontSize: 12 },
    formatter(points) {
      const shown = points.filter((point) => point.value);
      const sum = shown.reduce((total, point) => total + point.value, 0);
      const lines = shown.map((point) => `${point.seriesName}  ${figure(point.value, data.unit)}`);
      const total = shown.length > 1 && data.kind === "bars" ? [`Together  ${figure(sum, data.unit)}`] : [];
      return [points[0].axisValueLabel, ...lines.reverse(), ...total].join("\n");
    },
  };
}

function series(data, element) {
  const last = data.series.length - 1;
  return data.series.map((one, i) => {
    const paint = color(element, one.color || "busy");
    const base = { name: one.name, data: one.values, itemStyle: { color: paint }, emphasis: { disabled: true } };
    if (data.kind === "bars") return { ...base, type: "bar", stack: "all", barCategoryGap: "20%" };
    const marks = Object.entries(data.marks).map(([name, value]) => ({
      name, yAxis: value, label: { formatter: `${name} ${figure(value, data.unit)}`, position: "insideEndTop", color: color(element, "dim") },
    }));
    const markLine = i === last && marks.length ? { symbol: "none", silent: true, lineStyle: { color: color(element, "dim"), type: "dashed" }, data: marks } : undefined;
    return { ...base, type: "line", symbolSize: 5, connectNulls: true, lineStyle: { color: paint, width: 1.5 }, markLine };
  });
}

function option(data, element) {
  const dim = color(element, "dim");
  const line = color(element, "line");
  return {
    animation: !still.matches,
    aria: { enabled: false },
    grid: { left: 8, right: 8, top: data.series.length > 1 ? 40 : 16, bottom: 8, containLabel: true },
    legend: data.series.length > 1 ? { top: 0, left: 0, type: "scroll", icon: "roundRect", itemWidth: 10, itemHeight: 10, textStyle: { color: dim } } : undefined,
    tooltip: tooltip(data, element),
    xAxis: { type: "category", data: data.labels, axisTick: { show: false }, axisLine: { lineStyle: { color: line } }, axisLabel: { color: dim, hideOverlap: true } },
    yAxis: { type: "value", splitLine: { lineStyle: { color: line } }, axisLabel: { color: dim } },
    series: series(data, element),
  };
}

class AssayChart extends HTMLElement {
  connectedCallback() {
    const block = this.querySelector('script[type="application/json"]');
    if (!block || !window.echarts) return;
    const data = JSON.parse(block.textContent);
    this.setAttribute("role", "img");
    this.setAttribute("aria-label", `${data.title}, in ${data.unit}. The table below tells the same figures.`);
    this.chart = window.echarts.init(this, null, { renderer: "canvas" });
    this.draw = () => this.chart.setOption(option(data, this), true);
    this.draw();
    this.watcher = new ResizeObserver(() => this.chart.resize());
    this.watcher.observe(this);
    dark.addEventListener("change", this.draw);
    this.dataset.drawn = "yes";
  }

  disconnectedCallback() {
    this.watcher?.disconnect();
    dark.removeEventListener("change", this.draw);
    this.chart?.dispose();
  }
}

customElements.define("assay-chart", AssayChart);
