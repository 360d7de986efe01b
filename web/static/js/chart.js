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

// A band tells all of a moment, expected range and all, and whether it was out of it.
function toldOfBand(points, data, element) {
  const at = points[0].dataIndex;
  const value = (name) => data.series.find((one) => one.name === name)?.values[at];
  const low = value("Low");
  const high = value("High");
  const tip = node("div", "", "tip");
  tip.append(node("b", data.labels[at]));
  const bad = data.bad.includes(at);
  const said = (name, other) => data.words[name] ?? other ?? name;
  const observed = value("Observed");
  const there = (one) => one !== null && one !== undefined;
  if (there(observed) || !there(low)) tip.append(line(color(element, bad ? "bad" : "busy"), bad ? `${said("Observed")}, out of range` : said("Observed"), figure(observed, data.unit)));
  const expected = value("Expected");
  if (there(expected)) tip.append(line(color(element, "dim"), said("Expected"), figure(expected, data.unit)));
  if (there(low)) tip.append(line(color(element, "band"), said("Low", "At least"), figure(low, data.unit)));
  if (there(high)) tip.append(line(color(element, "band"), said("High", "At most"), figure(high, data.unit)));
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
    formatter: (points) => (data.kind === "band" ? toldOfBand(points, data, element) : told(points, data)),
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

// The range that was expected is an area between Low and High; where figures left it the ground is tinted.
function banded(data, element) {
  const of = (name) => data.series.find((one) => one.name === name)?.values ?? data.labels.map(() => null);
  const said = (name) => data.words[name] ?? name;
  const [low, high] = [of("Low"), of("High")];
  const paint = Object.fromEntries(["busy", "dim", "band", "bad", "wash-bad"].map((token) => [token, color(element, token)]));
  const plain = { type: "line", symbol: "none", silent: true, emphasis: { disabled: true } };
  const both = low.map((value, i) => (value === null || high[i] === null ? null : high[i] - value));
  const area = { type: "line", symbol: "none", silent: true, stack: "band", stackStrategy: "all", lineStyle: { width: 0 }, emphasis: { disabled: true } };
  // A line of one point has no length, so that the limits of a lone point are drawn across.
  const across = data.labels.length === 1 ? { symbol: "none", silent: true, label: { show: false }, lineStyle: { color: paint.band, width: 2, type: "solid" }, data: [...low, ...high].filter((value) => value !== null).map((value) => ({ yAxis: value })) } : undefined;
  const limit = { ...plain, lineStyle: { color: paint.band, width: 1 }, itemStyle: { color: paint.band } };
  return [
    { ...area, name: "floor", data: low.map((value, i) => (both[i] === null ? null : value)) },
    { ...area, name: said("Expected range"), data: both, itemStyle: { color: paint.band }, areaStyle: { color: paint.band, opacity: 0.22 } },
    { ...limit, name: said("Low"), data: low },
    { ...limit, name: said("High"), data: high },
    { ...plain, name: said("Expected"), data: of("Expected"), lineStyle: { color: paint.dim, width: 1, type: "dashed" }, itemStyle: { color: paint.dim } },
    {
      name: said("Observed"), type: "line", connectNulls: true, symbol: "circle", z: 5, emphasis: { disabled: true },
      symbolSize: (_, point) => (data.bad.includes(point.dataIndex) ? 9 : 4),
      data: of("Observed").map((value, i) => (data.bad.includes(i) ? { value, itemStyle: { color: paint.bad } } : value)),
      itemStyle: { color: paint.busy }, lineStyle: { color: paint.busy, width: 1.5 }, markLine: across,
    },
    // A mark is a line of its own, so that the axis reaches it.
    ...Object.entries(data.marks).map(([name, value]) => ({ ...plain, name, data: data.labels.map(() => value), z: 4, lineStyle: { color: color(element, "text"), width: 1.5 } })),
    { name: "out of range", type: "bar", yAxisIndex: 1, silent: true, barWidth: "100%", barMaxWidth: 96, z: 0, data: data.labels.map((_, i) => (data.bad.includes(i) ? 1 : null)), itemStyle: { color: paint["wash-bad"] }, emphasis: { disabled: true } },
  ];
}

function named(data) {
  if (data.kind !== "band") return undefined;
  const there = (name) => data.series.some((one) => one.name === name && one.values.some((value) => value !== null));
  const range = there("Low") && there("High") ? ["Expected range"] : ["Low", "High"].filter(there);
  return ["Observed", ...(there("Expected") ? ["Expected"] : []), ...range].map((name) => data.words[name] ?? name);
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
    legend: legend ? { data: named(data), top: 0, left: 0, type: "scroll", icon: "roundRect", itemWidth: 8, itemHeight: 8, itemGap: 16, textStyle: text, inactiveColor: faint } : undefined,
    tooltip: tooltip(data, element),
    xAxis: { type: "category", data: data.labels, axisTick: { show: false, interval: 0 }, axisLine: { lineStyle: { color: faint } }, axisLabel: { ...text, hideOverlap: true } },
    yAxis: [
      { type: "value", scale: data.kind === "band" && data.labels.length > 1 && !Object.keys(data.marks).length, splitNumber: 4, splitLine: { lineStyle: { color: faint } }, axisLabel: { ...text, formatter: (value) => compact.format(value) } },
      { type: "value", show: false, min: 0, max: 1 },
    ],
    series: data.kind === "band" ? banded(data, element) : series(data, element),
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
