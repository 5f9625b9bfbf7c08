// One way to make a chart: built when it comes into sight, built again when the theme changes.
const charts = new Map();
const NARROW = 560;

/**
 * Draws `build()` (an option of the chart library, or a sentence that says why there is nothing to draw) in an
 * element, now or when it is scrolled to. Returns a handle with `draw()` to draw anew.
 */
function chart(box, name, build, made = () => {}) {
  const handle = { box, name, instance: null, draw };
  function draw() {
    const option = build(box.clientWidth < NARROW);
    if (typeof option === "string") return empty(option);
    box.classList.remove("is-empty");
    if (!handle.instance) {
      box.textContent = "";
      handle.instance = echarts.init(box, null, { renderer: "canvas" });
      made(handle.instance);
    }
    handle.instance.setOption({ ...common(), ...option }, { notMerge: true });
  }
  function empty(sentence) {
    handle.instance?.dispose();
    handle.instance = null;
    box.classList.add("is-empty");
    box.textContent = sentence;
  }
  // The library would take every turn of the wheel; the page keeps those that do not zoom.
  box.addEventListener("wheel", (event) => event.ctrlKey || event.stopImmediatePropagation(), { capture: true, passive: true });
  charts.set(name, handle);
  whenSeen(box, draw);
  return handle;
}

const waiting = new Map();
const watcher = new IntersectionObserver(
  (entries) => entries.filter((entry) => entry.isIntersecting).forEach((entry) => seen(entry.target)),
  { rootMargin: "400px" },
);

function whenSeen(box, draw) {
  waiting.set(box, draw);
  watcher.observe(box);
}

function seen(box) {
  const draw = waiting.get(box);
  watcher.unobserve(box);
  waiting.delete(box);
  if (draw) draw();
}

/** Everything that is in an open part of the page, as paper has no scrolling. */
function drawAll() {
  [...waiting.keys()].filter((box) => box.offsetParent !== null).forEach(seen);
  charts.forEach((handle) => handle.instance?.resize());
}

function startCharts() {
  theme.listeners.push(() => charts.forEach((handle) => handle.instance && handle.draw()));
  new ResizeObserver(() => charts.forEach((handle) => handle.instance?.resize())).observe(document.body);
  addEventListener("beforeprint", drawAll);
}

/** What all charts share. */
function common() {
  const ink = colour("ink");
  return {
    animation: false,
    backgroundColor: "transparent",
    textStyle: { color: ink, fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 12 },
    aria: { enabled: false },
  };
}

function tooltip(more) {
  return {
    backgroundColor: colour("paper"),
    borderColor: colour("line"),
    textStyle: { color: colour("ink"), fontSize: 12 },
    confine: true,
    ...more,
  };
}

function axis(more) {
  return {
    axisLine: { lineStyle: { color: colour("line") } },
    axisTick: { lineStyle: { color: colour("line") } },
    axisLabel: { color: colour("quiet"), hideOverlap: true, ...more.axisLabel },
    splitLine: { lineStyle: { color: colour("grid") }, ...more.splitLine },
    nameTextStyle: { color: colour("quiet") },
    ...Object.fromEntries(Object.entries(more).filter(([key]) => !["axisLabel", "splitLine"].includes(key))),
  };
}

/** The texts of an axis over these values: as many places as its marks need, the same for all. */
function axisText(all) {
  const known = all.filter((value) => Number.isFinite(value));
  const spread = known.reduce((high, value) => Math.max(high, value), -Infinity) - known.reduce((low, value) => Math.min(low, value), Infinity);
  const step = spread / 5;
  const places = step > 0 ? Math.min(8, Math.max(0, Math.ceil(-Math.log10(step) - 1e-9))) : 2;
  return (value) => number(value, places);
}

function timeAxis(narrow, more = {}) {
  // A day alone does not say of which month.
  const axisLabel = { formatter: { day: "{d} {MMM}" }, ...more.axisLabel };
  return axis({ type: "time", splitLine: { show: false }, splitNumber: narrow ? 3 : 7, ...more, axisLabel });
}

/** Zooming by dragging the slider, by pinching, and with the wheel while Ctrl is held. */
function zoom(slider) {
  const inside = { type: "inside", zoomOnMouseWheel: "ctrl", moveOnMouseWheel: false, filterMode: "none" };
  if (!slider) return [inside];
  const bar = {
    type: "slider", height: 22, bottom: 6, filterMode: "none", borderColor: colour("line"), brushSelect: false,
    showDataShadow: false, fillerColor: "rgba(80, 150, 215, 0.18)", handleStyle: { color: colour("paper"), borderColor: colour("quiet") },
    moveHandleStyle: { color: colour("line") }, textStyle: { color: colour("quiet") }, labelFormatter: (ms) => instant(ms).slice(0, 10),
  };
  return [inside, bar];
}
