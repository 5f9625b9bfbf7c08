// An agent's section: its charts and its list of trades, built when it is opened.

function startAgents() {
  document.querySelectorAll("details.agent").forEach((section) => {
    section.addEventListener("toggle", () => section.open && openAgent(section));
  });
  document.querySelector("details.agent")?.setAttribute("open", "");
}

async function openAgent(section) {
  if (section.dataset.built) return;
  section.dataset.built = "yes";
  const agent = Number(section.dataset.agent);
  if (section.dataset.pack !== undefined && !(await unpack(section, agent))) return;
  const part = (name) => section.querySelector(`[data-part="${name}"]`);
  const from = values.trades[agent];
  const trades = from.rows.map((row, index) => trade(row, from, index));
  priceChart(part, agent, trades);
  startReturns(part, agent);
  chart(part("histogram"), `histogram-${agent}`, () => histogramOption(from.histogram));
  chart(part("excursions"), `excursions-${agent}`, () => excursionOption(trades));
  tradeList(part("trades"), agent);
  markWide();
}

/** Bars of a histogram; `words` name what is on the axes. */
function histogramOption({ start, width, counts }, words = {}) {
  const { none = "This agent has no closed round trips.", across = `PnL, ${values.quote}`, up = "round trips", noun = "round trip" } = words;
  if (counts.length === 0) return none;
  const places = width >= 1 ? 0 : Math.min(6, Math.ceil(-Math.log10(width)));
  const edge = (i) => start + i * width;
  const bars = counts.map((count, i) => ({
    value: [edge(i) + width / 2, count, edge(i), edge(i + 1)],
    itemStyle: { color: colour(edge(i) >= 0 ? "agent-0" : "agent-1") },
  }));
  return {
    grid: { left: 8, right: 16, top: 28, bottom: 34, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    xAxis: axis({ type: "value", min: start, max: edge(counts.length), splitLine: { show: false }, name: across, nameLocation: "middle", nameGap: 26, axisLabel: { formatter: axisText([start, edge(counts.length)]), showMinLabel: false, showMaxLabel: false } }),
    yAxis: axis({ type: "value", name: up, minInterval: 1, axisLine: { onZero: false, lineStyle: { color: colour("line") } }, nameTextStyle: { align: "left", color: colour("quiet") } }),
    tooltip: tooltip({ trigger: "item", formatter: ({ value }) => `${number(value[2], places)} to ${number(value[3], places)}: ${value[1]} ${noun}${value[1] === 1 ? "" : "s"}` }),
    series: [{ type: "custom", renderItem: bar, encode: { x: [2, 3], y: 1 }, data: bars }],
  };

  function bar(_, api) {
    const [left, top] = api.coord([api.value(2), api.value(1)]);
    const [right, bottom] = api.coord([api.value(3), 0]);
    const shape = { x: left + 0.5, y: top, width: Math.max(1, right - left - 1), height: bottom - top };
    return { type: "rect", shape, style: { fill: api.visual("color") } };
  }
}

function excursionOption(trades) {
  const closed = trades.filter((t) => t.closed);
  if (closed.length === 0) return "This agent has no closed round trips.";
  const dots = (name, rows, color, symbol) => ({
    type: "scatter", name, symbol, symbolSize: 7, itemStyle: { color, opacity: 0.65 }, color,
    data: rows.map((t) => ({ value: [Math.abs(t.mae), t.mfe], trade: t })),
  });
  return {
    grid: { left: 8, right: 16, top: 30, bottom: 34, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    legend: { top: 0, right: 0, textStyle: { color: colour("ink") }, itemWidth: 12, itemHeight: 9, selectedMode: false },
    xAxis: axis({ type: "value", min: 0, name: `adverse excursion, ${values.quote}`, nameLocation: "middle", nameGap: 26, axisLabel: { formatter: axisText([0, ...closed.map((t) => Math.abs(t.mae))]) } }),
    yAxis: axis({ type: "value", min: 0, name: "favourable excursion", nameTextStyle: { align: "left", color: colour("quiet") }, axisLabel: { formatter: axisText([0, ...closed.map((t) => t.mfe)]) } }),
    tooltip: tooltip({ trigger: "item", formatter: (hit) => tradeTooltip(hit.data.trade) }),
    series: [
      dots("gained", closed.filter((t) => t.pnl > 0), colour("agent-0"), "circle"),
      dots("lost", closed.filter((t) => t.pnl <= 0), colour("agent-1"), "diamond"),
    ],
  };
}
