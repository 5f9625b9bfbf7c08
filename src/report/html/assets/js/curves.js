// Equity and underwater charts of all agents: one legend, one zoom, one choice of window.
const curves = { hidden: new Set(), window: 0, scale: "value", handles: [] };
// Of more agents than this, the first of the leaderboard are drawn until others are chosen.
const DRAWN = values.drawn;
const areMany = values.agents.length > DRAWN;

/** Curves of the window that was chosen, by agent; the chained ones where that is "all". */
function chosenCurves() {
  const chained = values.curves.chained;
  return curves.window === "all" ? chained : values.curves.windows[curves.window];
}

/** Agents of the charts by number; `"benchmark"` for a symbol that is held. */
function drawn() {
  const agents = values.agents.map((_, i) => i);
  return values.benchmark?.curve ? [...agents, "benchmark"] : agents;
}

function nameOf(agent) {
  return agent === "benchmark" ? `${values.benchmark.name} (benchmark, held)` : values.agents[agent] + (values.benchmark?.agent === agent ? " (benchmark)" : "");
}

/** The held symbol in the chosen window: as an index over all windows, in money from an agent's start in one. */
function benchmarkCurve(part) {
  const whole = points(values.benchmark.curve);
  const window = values.windows[curves.window === "all" ? 0 : curves.window];
  const within = curves.window === "all" ? whole : whole.filter(([at]) => at >= window.start * SECOND && at < window.end * SECOND);
  const before = curves.window === "all" ? 100 : valueAt(whole, window.start * SECOND - 1) ?? 100;
  const scale = curves.window === "all" ? 1 : values.benchmark.start / before;
  let peak = before;
  return within.map(([at, index]) => {
    peak = Math.max(peak, index);
    return [at, part === "equity" ? index * scale : (index / peak - 1) * 100];
  });
}

function curveOption(part, narrow) {
  const agents = drawn();
  // Of many agents, those that are hidden cost nothing.
  const isLeftOut = (agent) => areMany && curves.hidden.has(agent);
  if (agents.every(isLeftOut)) return "No agent is chosen in the legend.";
  const chosen = chosenCurves();
  const shown = agents.map((agent) => (isLeftOut(agent) ? [] : agent === "benchmark" ? benchmarkCurve(part) : points(chosen[agent][part])));
  const isEquity = part === "equity";
  const log = isEquity && curves.scale === "log";
  if (shown.every((line) => line.length === 0)) return "No agent has a curve in this window.";
  const places = isEquity && curves.window !== "all" ? 0 : 1;
  return {
    grid: { left: narrow ? 48 : 62, right: 14, top: 10, bottom: isEquity ? 62 : 28, outerBoundsMode: "none" },
    legend: { show: false, ...(areMany ? {} : { data: agents.map(String), selected: Object.fromEntries(agents.map((agent) => [String(agent), !curves.hidden.has(agent)])) }) },
    xAxis: timeAxis(narrow),
    yAxis: axis({
      type: log ? "log" : "value", scale: true, min: log ? "dataMin" : undefined, max: isEquity ? undefined : 0,
      axisLabel: { formatter: log ? plain : axisText(shown.flat().map((point) => point[1])) },
      axisPointer: { label: { show: false } },
    }),
    tooltip: tooltip({ trigger: "axis", axisPointer: { type: "line", lineStyle: { color: colour("quiet") }, label: { show: false } }, formatter: (hits) => curveTooltip(hits, shown, places, !isEquity) }),
    dataZoom: zoom(isEquity),
    series: shown.flatMap((line, i) => {
      const agent = agents[i];
      if (isLeftOut(agent)) return [];
      const { color, dash } = look(agent);
      return {
        type: "line", id: `${part}-${agent}`, name: String(agent), data: line, showSymbol: line.length === 1, symbolSize: 5, color,
        lineStyle: { color, width: agent === "benchmark" ? 1.3 : 1.6, type: dash }, emphasis: { disabled: true },
        ...(isEquity || values.agents.length > 3 ? {} : { areaStyle: { color, opacity: 0.12 } }),
      };
    }),
  };
}

/** Every agent's value at the time under the pointer, the best first; agents' points differ in time. */
function curveTooltip(hits, shown, places, percent) {
  const at = hits[0]?.axisValue;
  if (at === undefined) return "";
  const rows = shown
    .map((line, i) => ({ agent: drawn()[i], value: valueAt(line, at) }))
    .filter(({ agent, value }) => value !== null && !curves.hidden.has(agent))
    .sort((a, b) => b.value - a.value);
  const row = ({ agent, value }) =>
    `<tr><td><span style="color:${look(agent).color}">●</span> ${escaped(nameOf(agent))}</td>` +
    `<td class="n">${number(value, percent ? 2 : Math.max(places, 1))}${percent ? " %" : ""}</td></tr>`;
  return `<strong>${instant(at)}</strong><table>${rows.map(row).join("")}</table>`;
}

/** The value of the last point at or before a time. */
function valueAt(line, at) {
  let low = 0;
  let high = line.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (line[middle][0] <= at) low = middle + 1;
    else high = middle;
  }
  return low > 0 ? line[low - 1][1] : null;
}

function toggleAgent(agent, button) {
  const hide = !curves.hidden.has(agent);
  if (hide) curves.hidden.add(agent);
  else curves.hidden.delete(agent);
  button.setAttribute("aria-pressed", String(!hide));
  if (areMany) {
    byId("equity-caption").textContent = caption();
    [...curves.handles, charts.get("ranks")].forEach((handle) => handle?.instance && handle.draw());
    return;
  }
  const type = hide ? "legendUnSelect" : "legendSelect";
  curves.handles.forEach(({ instance }) => instance?.dispatchAction({ type, name: String(agent) }));
}

function swatch(agent) {
  const { dash } = look(agent);
  const svg = byId("swatch").content.firstElementChild.cloneNode(true);
  const line = svg.querySelector("path");
  line.style.stroke = agent === "benchmark" ? "var(--ink)" : `var(--agent-${agent % COLOURS})`;
  if (Array.isArray(dash)) line.setAttribute("stroke-dasharray", dash.join(" "));
  return svg;
}

/** Agents of the charts in the order of their sections, a symbol that is held at the end. */
function inOrder() {
  const order = [...document.querySelectorAll("details.agent")].map((section) => Number(section.dataset.agent));
  return order.length === values.agents.length ? [...order, ...drawn().slice(order.length)] : drawn();
}

/** Whether it is neither the agent nor the symbol that the others are measured against. */
function isCompetitor(agent) {
  return agent !== "benchmark" && values.benchmark?.agent !== agent;
}

function drawLegend() {
  const order = areMany ? inOrder() : drawn();
  if (areMany) order.slice(DRAWN).filter(isCompetitor).forEach((agent) => curves.hidden.add(agent));
  byId("legend").classList.toggle("long", areMany);
  const buttons = order.map((agent) => {
    const button = element("button", { type: "button", "aria-pressed": String(!curves.hidden.has(agent)), "data-agent": String(agent) }, swatch(agent), nameOf(agent));
    button.addEventListener("click", () => toggleAgent(agent, button));
    return button;
  });
  byId("legend").append(...buttons);
}

function caption() {
  const some = areMany ? ` ${number(values.agents.filter((_, agent) => !curves.hidden.has(agent)).length, 0)} of ${number(values.agents.length, 0)} agents are drawn; click a name to add or remove one.` : "";
  return about() + some;
}

function about() {
  if (document.body.dataset.caption) return document.body.dataset.caption;
  if (curves.window === "all") {
    return "All windows chained. Every window starts with the starting balance, so the curve is an index: 100 at the start, each window begins where the one before it ended.";
  }
  const window = values.windows[curves.window];
  return `Equity at every close, in ${values.quote}, ${window.from} to ${window.to}.`;
}

function chooseWindow(text) {
  curves.window = text === "all" ? "all" : Number(text);
  byId("equity-caption").textContent = caption();
  curves.handles.forEach((handle) => handle.instance && handle.draw());
}

function windowChoices() {
  const select = byId("curve-window");
  const choice = (value, text) => select.append(element("option", { value, textContent: text }));
  if (values.curves.chained) choice("all", `all ${values.windows.length}, chained`);
  values.curves.windows.forEach((_, i) => {
    const window = values.windows[i];
    choice(String(i), `${window.number}: ${window.from} to ${window.to}`);
  });
  select.parentElement.hidden = select.options.length < 2;
  select.addEventListener("change", () => chooseWindow(select.value));
  const left = values.windows.length - values.curves.windows.length;
  // A comparison has one curve over all windows, whose box stands for them.
  if (left > 0 && values.curves.windows.length > 0) select.parentElement.after(element("span", { className: "caption", textContent: left === 1 ? "1 more window is in equity.parquet" : `${left} more windows are in equity.parquet` }));
  chooseWindow(select.value);
}

function chooseScale(scale) {
  curves.scale = scale;
  document.querySelectorAll("[data-scale]").forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.scale === scale)));
  curves.handles[0].draw();
}

function startCurves() {
  drawLegend();
  windowChoices();
  const made = (instance) => {
    instance.group = "curves";
    echarts.connect("curves");
  };
  curves.handles = ["equity", "drawdown"].map((part) =>
    chart(byId(part === "equity" ? "equity-chart" : "underwater-chart"), part, (narrow) => curveOption(part, narrow), made));
  document.querySelectorAll("[data-scale]").forEach((button) => button.addEventListener("click", () => chooseScale(button.dataset.scale)));
  byId("curve-reset").addEventListener("click", () =>
    curves.handles.forEach(({ instance }) => instance?.dispatchAction({ type: "dataZoom", start: 0, end: 100 })));
}
