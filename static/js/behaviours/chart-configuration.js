// From a chart's specification to what Chart.js wants. See templates/components/chart.html for the fields.

const KINDS = { line: "line", area: "line", bar: "bar", stacked: "bar", horizontal: "bar", doughnut: "doughnut", scatter: "scatter", bubble: "bubble", matrix: "matrix", boxplot: "boxplot" };

const MOST_POINTS = 24;

const probe = document.createElement("span");
probe.hidden = true;

export function colour(name, alpha = 1) {
  if (!probe.isConnected) document.body.append(probe);
  probe.style.color = alpha < 1 ? `color-mix(in srgb, var(--${name}) ${alpha * 100}%, transparent)` : `var(--${name})`;
  return getComputedStyle(probe).color;
}

export function formatter(spec, locale, { short = false } = {}) {
  const options = short ? { notation: "compact", maximumFractionDigits: 1 } : {};
  if (spec.unit === "money") {
    const format = new Intl.NumberFormat(locale, { style: "currency", currency: spec.currency, ...options });
    const digits = new Intl.NumberFormat(locale, { style: "currency", currency: spec.currency }).resolvedOptions().maximumFractionDigits;
    return (value) => format.format(value / 10 ** digits);
  }
  if (spec.unit === "percent") {
    const format = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: short ? 0 : 1 });
    return (value) => format.format(value);
  }
  const format = new Intl.NumberFormat(locale, short ? options : { maximumFractionDigits: spec.digits ?? 0 });
  const suffix = spec.unit === "days" && !short ? " days" : "";
  return (value) => format.format(value) + suffix;
}

export function configuration(spec, locale) {
  const type = KINDS[spec.kind] ?? "bar";
  return {
    type,
    data: { labels: spec.labels, datasets: spec.series.map((series, index) => dataset(spec, series, index)) },
    options: options(spec, type, locale),
  };
}

function dataset(spec, series, index) {
  const name = series.color ?? `series-${(index % 6) + 1}`;
  const shared = { label: series.name, data: series.values };
  if (spec.kind === "line" || spec.kind === "area") return { ...shared, ...line(spec, series, name) };
  if (spec.kind === "matrix") return { ...shared, ...matrix(spec, series, name) };
  const fills = series.colors ? series.colors.map((each) => colour(each)) : colour(name);
  if (spec.kind === "doughnut") return { ...shared, backgroundColor: fills, borderColor: colour("surface"), borderWidth: 2, hoverOffset: 4 };
  if (spec.kind === "scatter" || spec.kind === "bubble") return { ...shared, backgroundColor: colour(name, 0.55), borderColor: colour(name), borderWidth: 1, pointRadius: 4 };
  if (spec.kind === "boxplot") return { ...shared, backgroundColor: colour(name, 0.2), borderColor: colour(name), borderWidth: 1.5 };
  return { ...shared, backgroundColor: fills, borderRadius: spec.kind === "stacked" ? 0 : 4, maxBarThickness: spec.kind === "horizontal" ? 22 : 44, borderSkipped: "start" };
}

function line(spec, series, name) {
  return {
    borderColor: colour(name),
    backgroundColor: colour(name, 0.1),
    borderWidth: 2,
    borderDash: series.dashed ? [5, 4] : [],
    fill: spec.kind === "area" ? "origin" : false,
    pointRadius: points(series.values),
    pointHoverRadius: 5,
    pointBackgroundColor: colour(name),
    tension: 0,
  };
}

// What was measured is seen as points while they can be told apart; nothing is drawn between them but the way.
function points(values) {
  if (values.length === 1) return 4;
  return values.length <= MOST_POINTS ? 3 : 0;
}

function matrix(spec, series, name) {
  const top = Math.max(...series.values.map((cell) => cell.v), Number.MIN_VALUE);
  const columns = new Set(series.values.map((cell) => cell.x)).size;
  const rows = new Set(series.values.map((cell) => cell.y)).size;
  return {
    backgroundColor: (context) => colour(name, 0.06 + (0.94 * (context.raw?.v ?? 0)) / top),
    borderColor: colour("surface"),
    borderWidth: 2,
    borderRadius: 4,
    width: ({ chart }) => (chart.chartArea ? chart.chartArea.width / columns : 0),
    height: ({ chart }) => (chart.chartArea ? chart.chartArea.height / rows : 0),
  };
}

function options(spec, type, locale) {
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const font = { family: getComputedStyle(document.body).fontFamily, size: 12 };
  return {
    locale,
    font,
    color: colour("ink-soft"),
    responsive: true,
    maintainAspectRatio: false,
    animation: calm ? false : { duration: 140 },
    indexAxis: spec.kind === "horizontal" ? "y" : "x",
    interaction: { mode: ["line", "area", "stacked"].includes(spec.kind) ? "index" : "nearest", intersect: !["line", "area", "stacked"].includes(spec.kind) },
    cutout: "66%",
    scales: type === "doughnut" ? {} : scales(spec, type, locale, font),
    plugins: plugins(spec, type, locale, font),
  };
}

function scales(spec, type, locale, font) {
  const short = formatter(spec, locale, { short: true });
  const ticks = { color: colour("ink-faint"), font, padding: 6, maxRotation: 0, autoSkipPadding: 16 };
  const title = (text) => ({ display: Boolean(text), text, color: colour("ink-faint"), font });
  const category = { type: "category", offset: type === "matrix" || type === "bar" || type === "boxplot", stacked: spec.kind === "stacked", grid: { display: false }, border: { color: colour("line"), display: type !== "matrix" }, ticks };
  const value = { beginAtZero: true, stacked: spec.kind === "stacked", border: { display: false }, grid: { color: colour("line"), drawTicks: false }, ticks: { ...ticks, autoSkip: false, maxTicksLimit: 6, callback: (tick) => short(tick) } };
  if (spec.kind === "horizontal") return { x: { ...value, title: title(spec.y_label) }, y: { ...category, ticks: { ...ticks, autoSkip: false, crossAlign: "far" } } };
  if (type === "matrix") return { x: { ...category, labels: spec.labels, title: title(spec.x_label) }, y: { ...category, labels: spec.rows, title: title(spec.y_label) } };
  if (type === "scatter" || type === "bubble") return { x: { ...value, beginAtZero: false, ticks: { ...ticks, callback: undefined }, title: title(spec.x_label) }, y: { ...value, title: title(spec.y_label) } };
  return { x: { ...category, ...time(spec), title: title(spec.x_label) }, y: { ...value, title: title(spec.y_label) } };
}

function time(spec) {
  return spec.time ? { type: "time", time: { unit: spec.time, tooltipFormat: spec.time === "month" ? "MMM yyyy" : "d MMM yyyy", displayFormats: { day: "d MMM", week: "d MMM", month: "MMM yy" } } } : {};
}

function plugins(spec, type, locale, font) {
  const format = formatter(spec, locale);
  const amount = (item) => {
    if (type === "matrix") return format(item.raw.v);
    if (type === "doughnut") return format(item.parsed);
    return format(spec.kind === "horizontal" ? item.parsed.x : item.parsed.y);
  };
  const label = (item) => {
    if (type === "boxplot") return undefined;
    const name = type === "doughnut" ? item.label : item.dataset.label;
    return name ? `${name}: ${amount(item)}` : amount(item);
  };
  const hasLegend = spec.legend ?? (spec.series.length > 1 || type === "doughnut");
  return {
    // An empty line keeps a legend above the chart clear of the topmost figure of its axis.
    title: { display: hasLegend && type !== "doughnut", text: "", weight: 500, padding: 0, font: { size: 6 } },
    legend: { display: hasLegend, position: type === "doughnut" ? "right" : "top", align: type === "doughnut" ? "center" : "start", labels: { color: colour("ink-soft"), font, usePointStyle: true, pointStyle: "rectRounded", boxWidth: 9, boxHeight: 9, padding: 14 } },
    tooltip: { backgroundColor: colour("ink"), titleColor: colour("paper"), bodyColor: colour("paper"), titleFont: { ...font, weight: 600 }, bodyFont: font, padding: 10, cornerRadius: 8, boxPadding: 4, usePointStyle: true, ...(type === "boxplot" ? {} : { callbacks: { label } }) },
    annotation: { annotations: Object.fromEntries((spec.marks ?? []).map((mark, index) => [`mark${index}`, annotation(mark, font)])) },
  };
}

function annotation(mark, font) {
  return {
    type: "line",
    [mark.axis === "x" ? "xMin" : "yMin"]: mark.at,
    [mark.axis === "x" ? "xMax" : "yMax"]: mark.at,
    borderColor: colour("ink-faint"),
    borderWidth: 1,
    borderDash: [4, 4],
    label: { display: Boolean(mark.label), content: mark.label, position: "end", backgroundColor: colour("surface"), color: colour("ink-soft"), font, padding: 4 },
  };
}
