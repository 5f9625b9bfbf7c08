// Charts of an agent's daily returns: distribution, years, rolling numbers, exposure; and the ranks of all agents.

function startReturns(part, agent) {
  const own = values.returns[agent];
  const name = `of the last ${own.window} daily returns`;
  part("rolling-caption").textContent = `Annualised, ${name}.`;
  part("beta-caption").textContent = `Against the benchmark${values.benchmark ? ` ${values.benchmark.name}` : ""}, ${name}.`;
  const few = "There are too few daily returns.";
  chart(part("returns"), `returns-${agent}`, () => returnsOption(own, few));
  chart(part("years"), `years-${agent}`, () => yearsOption(own, few));
  chart(part("rolling"), `rolling-${agent}`, (narrow) => lineOption(own.sharpe, agent, narrow, few));
  const noBeta = !values.benchmark ? "The scenario has no benchmark: [report] benchmark names an agent or a symbol." : values.benchmark.agent === agent ? "This agent is the benchmark." : few;
  chart(part("beta"), `beta-${agent}`, (narrow) => lineOption(own.beta, agent, narrow, noBeta));
  chart(part("exposure"), `exposure-${agent}`, (narrow) => exposureOption(own.exposure, agent, narrow, few));
  const hours = { across: "hours", up: "round trips" };
  chart(part("holding"), `holding-${agent}`, () => histogramOption(values.trades[agent].holding, hours));
}

function returnsOption({ histogram, normal }, few) {
  const option = histogramOption(histogram, { none: few, across: "daily return, %", up: "days", noun: "day" });
  if (typeof option === "string" || normal === null) return option;
  const [mean, deviation] = normal;
  const { start, width, counts } = histogram;
  const days = counts.reduce((sum, count) => sum + count, 0);
  const density = (x) => (Math.exp(-(((x - mean) / deviation) ** 2) / 2) / (deviation * Math.sqrt(2 * Math.PI))) * days * width;
  const line = Array.from({ length: 121 }, (_, i) => start + (i / 120) * width * counts.length);
  option.series.push({ type: "line", data: line.map((x) => [x, density(x)]), showSymbol: false, silent: true, z: 5, lineStyle: { color: colour("ink"), width: 1.4 } });
  return option;
}

function yearsOption({ years }, few) {
  if (years.length === 0) return few;
  const bars = years.map(([, pct]) => ({ value: pct, itemStyle: { color: colour(pct >= 0 ? "agent-0" : "agent-1") } }));
  return {
    grid: { left: 8, right: 12, top: 16, bottom: 8, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    xAxis: axis({ type: "category", data: years.map(([year]) => String(year)), splitLine: { show: false } }),
    yAxis: axis({ type: "value", axisLabel: { formatter: axisText([0, ...years.map(([, pct]) => pct)]) } }),
    tooltip: tooltip({ formatter: ({ name, value }) => `${name}: ${signed(value)} %` }),
    series: [{ type: "bar", data: bars, barMaxWidth: 48, label: { show: years.length < 12, position: "top", formatter: ({ value }) => signed(value, 1), color: colour("ink"), fontSize: 11 } }],
  };
}

function lineOption(series, agent, narrow, none, area = false) {
  if (series.t.length === 0) return none;
  const { color } = look(agent);
  return {
    grid: { left: 8, right: 12, top: 10, bottom: 8, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    xAxis: timeAxis(narrow, { splitNumber: narrow ? 3 : 5, axisLine: { onZero: false, lineStyle: { color: colour("line") } } }),
    yAxis: axis({ type: "value", scale: !area, axisLabel: { formatter: axisText(series.v) } }),
    tooltip: tooltip({ trigger: "axis", formatter: ([hit]) => `${instant(hit.value[0])}: ${number(hit.value[1])}` }),
    dataZoom: zoom(false),
    series: [{ type: "line", data: points(series), showSymbol: false, color, lineStyle: { color, width: 1.5 }, ...(area ? { areaStyle: { color, opacity: 0.15, origin: "auto" } } : {}) }],
  };
}

/** What is long alone, or long, short and both together. */
function exposureOption({ long, short, gross }, agent, narrow, none) {
  if (!short) return lineOption(long, agent, narrow, none, true);
  const { color } = look(agent);
  const parts = [["long", long, colour("agent-0"), "solid", 0.2], ["short", short, colour("agent-1"), "solid", 0.2], ["gross", gross, colour("ink"), [2, 2.5], 0]];
  const all = parts.map(([, series]) => points(series));
  const row = (at) => ([name], i) => `<tr><td>${name}</td><td class="n">${number(valueAt(all[i], at), 1)} %</td></tr>`;
  const option = lineOption(gross, agent, narrow, none, true);
  return {
    ...option,
    color: [color],
    grid: { ...option.grid, top: 30 },
    legend: { top: 0, left: 0, data: parts.map(([name]) => name), textStyle: { color: colour("ink") }, itemWidth: 16, itemHeight: 8 },
    yAxis: axis({ type: "value", axisLabel: { formatter: axisText([...long.v, ...short.v, ...gross.v]) } }),
    tooltip: tooltip({ trigger: "axis", formatter: ([hit]) => `<strong>${instant(hit.axisValue)}</strong><table>${parts.map(row(hit.axisValue)).join("")}</table>` }),
    series: parts.map(([name, , paint, dash, opacity], i) => ({
      type: "line", name, data: all[i], showSymbol: false, color: paint, lineStyle: { color: paint, width: 1.3, type: dash }, ...(opacity ? { areaStyle: { color: paint, opacity } } : {}),
    })),
  };
}

/** The rank of every agent in every window. */
function startRanks() {
  const box = byId("ranks-chart");
  if (!box || values.ranks.length === 0) return;
  chart(box, "ranks", ranksOption);
}

function ranksOption(narrow) {
  // Agents beyond the table's have no ranks here.
  const agents = values.ranks.map((_, agent) => agent).filter((agent) => values.ranks[agent].length > 0 && !(areMany && curves.hidden.has(agent)));
  if (agents.length === 0) return "No agent with ranks is chosen in the legend of the equity chart.";
  const windows = values.ranks[agents[0]].map((_, i) => values.windows[i]);
  const last = Math.max(...agents.flatMap((agent) => values.ranks[agent]).filter((rank) => rank !== null), 2);
  return {
    grid: { left: 8, right: narrow ? 12 : 24, top: 10, bottom: 30, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    xAxis: axis({ type: "category", data: windows.map((window) => String(window.number)), name: "window", nameLocation: "middle", nameGap: 26, boundaryGap: false, splitLine: { show: false } }),
    yAxis: axis({ type: "value", inverse: true, min: 1, max: last, minInterval: 1, axisLabel: { formatter: (value) => (Number.isInteger(value) ? String(value) : "") } }),
    tooltip: tooltip({ trigger: "item", formatter: ({ seriesIndex, dataIndex, value }) => `${escaped(nameOf(agents[seriesIndex]))}: rank ${value} in window ${windows[dataIndex].number}, ${windows[dataIndex].from} to ${windows[dataIndex].to}` }),
    series: agents.map((agent) => {
      const { color, dash } = look(agent);
      return { type: "line", name: nameOf(agent), data: values.ranks[agent], symbol: "circle", symbolSize: windows.length > 60 ? 3 : 6, color, lineStyle: { color, width: 1.6, type: dash }, emphasis: { focus: "series" } };
    }),
  };
}
