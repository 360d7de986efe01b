// <assay-chart>: draws the figures of the JSON block inside it with ECharts, in the page's own colours.
// Its tooltip is made of nodes: markup with style attributes, ECharts' default, is what our policy forbids.

const still = matchMedia("(prefers-reduced-motion: reduce)");
const dark = matchMedia("(prefers-color-scheme: dark)");
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 2 });

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
  const size = Math.abs(value);
  const digits = size === 0 || size >= 1000 ? 0 : size >= 1 ? 2 : size >= 0.01 ? 4 : 6;
  const number = value.toLocaleString("en", { maximumFractionDigits: digits });
  return unit === "reads" || unit === "rows" ? number : `${number} ${unit}`;
}

function node(tag, text, name) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  made.textContent = text ?? "";
  return made;
}

function line(paint, name, value, kind) {
  const row = node("div", "", kind);
  const swatch = node("i");
  if (paint) swatch.style.background = paint;
  row.append(swatch, node("span", name), node("span", value));
  return row;
}

function told(points, data) {
  const tip = node("div", "", "tip");
  const shown = points.filter((point) => point.value).reverse();
  const soft = data.soft.includes(points[0].axisValueLabel) ? " · provisional" : "";
  tip.append(node("b", points[0].axisValueLabel + soft));
  shown.forEach((point) => tip.append(line(point.color, point.seriesName, figure(point.value, data.unit))));
  if (!shown.length) tip.append(line("", "nothing", ""));
  if (data.kind === "bars" && shown.length > 1) {
    const sum = shown.reduce((total, point) => total + point.value, 0);
    tip.append(line("", "Together", figure(sum, data.unit), "sum"));
  }
  return tip;
}

function tooltip(data, element) {
  return {
    trigger: "axis",
    confine: true,
    axisPointer: { type: data.kind === "bars" ? "shadow" : "line", shadowStyle: { color: color(element, "text"), opacity: 0.06 } },
    backgroundColor: color(element, "panel"),
    borderColor: color(element, "line"),
    padding: [8, 12],
    transitionDuration: 0,
    formatter: (points) => told(points, data),
  };
}

function shaded(data, element) {
  if (!data.soft.length) return undefined;
  const ends = [{ xAxis: data.soft[0] }, { xAxis: data.soft[data.soft.length - 1] }];
  return { silent: true, itemStyle: { color: color(element, "dim"), opacity: 0.12 }, data: [ends] };
}

function marked(data, element) {
  const marks = Object.entries(data.marks);
  if (!marks.length) return undefined;
  const dim = color(element, "dim");
  const lines = marks.map(([name, value]) => ({ name, yAxis: value, label: { show: false } })); // the note below tells it
  return { symbol: "none", silent: true, lineStyle: { color: dim, type: "dashed" }, data: lines };
}

function series(data, element) {
  const last = data.series.length - 1;
  const bars = data.kind === "bars";
  const drawn = data.series.map((one, i) => {
    const paint = color(element, one.color || "busy");
    const base = { name: one.name, data: one.values, itemStyle: { color: paint }, emphasis: { disabled: true } };
    const extra = i === last ? { markArea: bars && shaded(data, element), markLine: marked(data, element) } : {};
    if (bars) return { ...base, ...extra, type: "bar", stack: "all", barCategoryGap: "24%", barMaxWidth: 40 };
    return { ...base, ...extra, type: "line", symbol: "circle", symbolSize: 4, connectNulls: true, lineStyle: { color: paint, width: 1.5 } };
  });
  // Only bars shade the whole width of a day, so a line has an empty one behind it.
  return bars || !data.soft.length ? drawn : [...drawn, { type: "bar", data: data.labels.map(() => null), markArea: shaded(data, element) }];
}

function option(data, element) {
  const dim = color(element, "dim");
  const faint = color(element, "line");
  const text = { color: dim, fontSize: 11 };
  const legend = data.series.length > 1;
  return {
    animation: !still.matches,
    animationDuration: 240,
    aria: { enabled: false },
    textStyle: { fontFamily: getComputedStyle(element).fontFamily },
    grid: { left: 0, right: 0, top: legend ? 36 : 12, bottom: 2, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    legend: legend ? { top: 0, left: 0, type: "scroll", icon: "roundRect", itemWidth: 8, itemHeight: 8, itemGap: 16, textStyle: text, inactiveColor: faint } : undefined,
    tooltip: tooltip(data, element),
    xAxis: { type: "category", data: data.labels, axisTick: { show: false, interval: 0 }, axisLine: { lineStyle: { color: faint } }, axisLabel: { ...text, hideOverlap: true } },
    yAxis: { type: "value", splitNumber: 4, splitLine: { lineStyle: { color: faint } }, axisLabel: { ...text, formatter: (value) => compact.format(value) } },
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
    document.fonts?.ready.then(this.draw);
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
