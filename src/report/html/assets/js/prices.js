// An agent's price chart: candles, the indicator lines that its strategy looks at, entries and exits.

const UP = "path://M5 0L10 9L0 9Z";
const DOWN = "path://M0 0L10 0L5 9Z";
const CROSS = "path://M1 0L5 4L9 0L10 1L6 5L10 9L9 10L5 6L1 10L0 9L4 5L0 1Z";
const STROKE = "path://M0 4L14 4L14 6L0 6Z";
/** Axes below the prices; further lines have no room. */
const PANES = 3;
const PANE = 90;
const LINE_COLOURS = ["agent-3", "agent-4", "agent-5", "agent-6", "agent-0"];

function priceChart(part, agent, trades) {
  const [box, select] = [part("prices"), part("symbol")];
  const known = values.prices.map((one) => one.symbol);
  const symbols = values.trades[agent].symbols;
  const drawable = symbols.filter((symbol) => known.includes(symbol)).sort();
  drawable.forEach((symbol) => select.append(element("option", { value: symbol, textContent: symbol })));
  select.closest(".controls").hidden = drawable.length < 2;
  const why = symbols.length === 0 ? "This agent has no round trips." : "The report has no prices of the symbols that this agent traded.";
  const all = (box.dataset.lines ?? "").split(";").filter((name) => name !== "");
  const draw = (narrow) => {
    if (drawable.length === 0) return why;
    const of = priceOf(select.value, all);
    part("prices-caption").textContent = priceCaption(of, all);
    box.style.height = `${350 + of.panes.length * PANE}px`;
    charts.get(`prices-${agent}`)?.instance?.resize();
    return priceOption(of, trades.filter((t) => t.symbol === select.value), narrow);
  };
  const handle = chart(box, `prices-${agent}`, draw);
  select.addEventListener("change", handle.draw);
}

/** A symbol's prices with the lines of these names, and the axes below that they need. */
function priceOf(symbol, names) {
  const one = values.prices.find((price) => price.symbol === symbol);
  const lines = (one.lines ?? []).filter((line) => names.includes(line.name));
  const panes = [...new Set(lines.map((line) => line.pane).filter((pane) => pane !== "price"))].slice(0, PANES);
  let at = 0;
  const times = one.candles?.t.map((step) => (at += step) * SECOND);
  return { one, times, panes, lines: lines.filter((line) => line.pane === "price" || panes.includes(line.pane)) };
}

/** What the chart shows, and what it lacks. */
function priceCaption({ one, times, lines }, all) {
  const marks = "▲ entry, ▼ exit (of a short position ▼ and ▲), coloured by the gain or loss of the round trip; hold Ctrl and turn the wheel to zoom.";
  if (!times) return `Closing prices in ${values.quote}. ${marks}`;
  const steps = times.slice(1).map((time, i) => time - times[i]).sort((a, b) => a - b);
  const length = steps.length ? ` of ${span(steps[Math.floor(steps.length / 4)] / SECOND)}` : "";
  const missing = all.filter((name) => !lines.some((line) => line.name === name));
  const left = missing.length ? ` Not in the page: ${missing.join(", ")}.` : "";
  return `Candles${length} in ${values.quote}${lines.length ? `, with what the strategy looks at: ${lines.map((line) => line.name).join(", ")}` : ""}. ${marks}${left}`;
}

function priceOption({ one, times, panes, lines }, mine, narrow) {
  const candles = one.candles;
  const closes = times ? times.map((time, i) => [time, candles.c[i]]) : points(one.close);
  const extremes = times ? [...candles.h, ...candles.l] : closes.map((point) => point[1]);
  const left = narrow ? 8 : 16;
  const room = { left, right: 12, outerBoundsMode: "none" };
  const text = axisText([...extremes, ...mine.flatMap((t) => [t.entryPrice, t.exitPrice])]);
  const width = (narrow ? 46 : 58) + left;
  const grid = [
    { ...room, left: width, top: 52, height: 240 },
    ...panes.map((_, i) => ({ ...room, left: width, top: 52 + 240 + 26 + i * PANE, height: PANE - 28 })),
  ];
  const all = panes.map((_, i) => i + 1);
  const last = panes.length;
  const xAxis = [0, ...all].map((index) => timeAxis(narrow, { gridIndex: index, axisLabel: { show: index === last } }));
  const paneAxis = (pane, i) => axis({
    type: "value", gridIndex: i + 1, scale: pane !== "0 to 100", ...(pane === "0 to 100" ? { min: 0, max: 100, interval: 50 } : { splitNumber: 2 }),
    name: pane, nameLocation: "end", nameGap: 5, nameTextStyle: { align: "left", color: colour("quiet") }, axisLabel: { formatter: shortNumber },
  });
  const yAxis = [axis({ type: "value", scale: true, axisLabel: { formatter: text } }), ...panes.map(paneAxis)];
  const drawn = lines.map((line, i) => lineSeries(line, i, times, panes.indexOf(line.pane) + 1));
  const price = times ? candleSeries(times, candles) : { type: "line", name: "close", data: closes, showSymbol: false, silent: true, color: colour("quiet"), lineStyle: { width: 1.1, color: colour("quiet") } };
  const marks = markSeries(mine);
  const named = [...drawn.map((line) => ({ name: line.name, icon: STROKE })), ...marks.filter((one) => one.data.length).map((one) => one.name)];
  return {
    grid, xAxis, yAxis,
    legend: { top: 0, left: 0, type: "scroll", data: times ? named : [{ name: "close", icon: STROKE }, ...named], textStyle: { color: colour("ink") }, itemWidth: 14, itemHeight: 10, pageIconColor: colour("ink"), pageIconInactiveColor: colour("line"), pageTextStyle: { color: colour("quiet") } },
    axisPointer: { link: [{ xAxisIndex: "all" }] },
    tooltip: tooltip({ trigger: "item", formatter: (hit) => (hit.data.trade ? tradeTooltip(hit.data.trade) : hit.seriesType === "candlestick" ? candleTooltip(hit.dataIndex, times, candles, lines) : "") }),
    dataZoom: zoom(true).map((one) => ({ ...one, xAxisIndex: [0, ...all], filterMode: times ? "filter" : "none" })),
    series: [price, ...drawn, ...marks],
  };
}

function candleSeries(times, { o, h, l, c }) {
  const [up, down] = [colour("agent-0"), colour("agent-1")];
  return {
    type: "candlestick", name: "candles", barMaxWidth: 14,
    data: times.map((time, i) => [time, o[i], c[i], l[i], h[i]]),
    encode: { x: 0, y: [1, 2, 3, 4] },
    itemStyle: { color: "transparent", color0: down, borderColor: up, borderColor0: down, borderWidth: 1, opacity: 0.8 },
    emphasis: { disabled: true },
  };
}

/** A line; it breaks where candles lack a value. */
function lineSeries(line, index, times, pane) {
  const color = colour(LINE_COLOURS[index % LINE_COLOURS.length]);
  return {
    type: "line", name: line.name, xAxisIndex: pane, yAxisIndex: pane, data: times.map((time, i) => [time, line.v[i]]), showSymbol: false, silent: true, z: 3, color,
    lineStyle: { color, width: 1.4, type: index < LINE_COLOURS.length ? "solid" : [2, 2.5] },
  };
}

function markSeries(mine) {
  const marks = (name, rows, at, value, shape, color) => ({
    type: "scatter", name, symbol: shape, symbolSize: 9, color, z: 4,
    itemStyle: { color, borderColor: colour("paper"), borderWidth: 0.8 },
    data: rows.map((t) => ({ value: [t[at], t[value]], trade: t })),
  });
  const closed = mine.filter((t) => t.closed);
  // A position that the venue has closed.
  const isLiquidated = (t) => t.whyOut === "liquidation";
  const exits = (name, side, shape, wanted, color) => marks(name, closed.filter((t) => !isLiquidated(t) && (t.side === "short") === side && wanted(t)), "exit", "exitPrice", shape, color);
  const gained = (t) => t.pnl > 0;
  const lost = (t) => t.pnl <= 0;
  return [
    marks("entry", mine.filter((t) => t.side !== "short"), "entry", "entryPrice", UP, colour("agent-2")),
    marks("entry, short", mine.filter((t) => t.side === "short"), "entry", "entryPrice", DOWN, colour("agent-2")),
    exits("exit, gain", false, DOWN, gained, colour("agent-0")),
    exits("exit, loss", false, DOWN, lost, colour("agent-1")),
    exits("exit, short, gain", true, UP, gained, colour("agent-0")),
    exits("exit, short, loss", true, UP, lost, colour("agent-1")),
    marks("liquidation", closed.filter(isLiquidated), "exit", "exitPrice", CROSS, colour("agent-1")),
  ];
}

function valueTable(title, rows) {
  return `<strong>${escaped(title)}</strong><table>${rows.map(([name, text]) => `<tr><td>${escaped(name)}</td><td>${escaped(text)}</td></tr>`).join("")}</table>`;
}

function candleTooltip(i, times, { o, h, l, c }, lines) {
  const known = lines.filter((line) => line.v[i] !== null).map((line) => [line.name, price(line.v[i])]);
  return valueTable(instant(times[i]), [["open", price(o[i])], ["high", price(h[i])], ["low", price(l[i])], ["close", price(c[i])], ...known]);
}

function tradeTooltip(t) {
  return valueTable(t.symbol, [
    ["side", t.side],
    ["entry", `${instant(t.entry)} at ${price(t.entryPrice)}`],
    ["exit", t.closed ? `${instant(t.exit)} at ${price(t.exitPrice)}` : "open"],
    ["PnL", `${signed(t.pnl)} (${signed(t.percent)} %)`],
    ["worst, best", `${signed(t.mae)}, ${signed(t.mfe)}`],
    ["why", `${t.why}, ${t.whyOut}`],
  ]);
}
