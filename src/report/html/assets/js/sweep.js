// The sweep's charts: two parameters as a heat map, all as parallel lines, splits, the trials' Sharpe ratios.

function startSweep() {
  const sweep = values.sweep;
  if (!sweep) return;
  heatMap(sweep);
  chart(byId("parallel-chart"), "parallel", (narrow) => parallelOption(sweep, narrow));
  chart(byId("sample-chart"), "samples", () => sampleOption(sweep));
  chart(byId("trials-chart"), "trials", () => trialsOption(sweep));
  if (sweep.stitched) chart(byId("stitched-chart"), "stitched", (narrow) => stitchedOption(sweep.stitched, narrow));
}

/** The values that a parameter took, in order. */
function levels(parameter) {
  const known = new Map(parameter.texts.map((text, i) => [text, parameter.numbers ? parameter.numbers[i] : text]));
  const order = ([, a], [, b]) => (typeof a === "number" ? a - b : a.localeCompare(b));
  return [...known].sort(order).map(([text]) => text);
}

function heatMap(sweep) {
  const [across, up] = [byId("heat-x"), byId("heat-y")];
  const choices = sweep.parameters.map((parameter, i) => [String(i), parameter.name]);
  [across, up].forEach((select) => choices.forEach(([value, text]) => select.append(element("option", { value, textContent: text }))));
  if (choices.length > 1) up.value = "1";
  across.closest(".controls").hidden = choices.length < 3;
  const handle = chart(byId("heat-chart"), "heat", (narrow) => heatOption(sweep, Number(across.value), Number(up.value), narrow));
  [across, up].forEach((select) => select.addEventListener("change", handle.draw));
}

function heatOption(sweep, across, up, narrow) {
  if (sweep.parameters.length < 2) return "The sweep has only one parameter.";
  if (across === up) return "Choose two different parameters.";
  const [x, y] = [sweep.parameters[across], sweep.parameters[up]];
  const [columns, rows] = [levels(x), levels(y)];
  const sums = new Map();
  sweep.scores.forEach((score, i) => {
    if (score === null) return;
    const key = `${columns.indexOf(x.texts[i])} ${rows.indexOf(y.texts[i])}`;
    const [sum, count] = sums.get(key) ?? [0, 0];
    sums.set(key, [sum + score, count + 1]);
  });
  const data = [...sums].map(([key, [sum, count]]) => [...key.split(" ").map(Number), sum / count, count]);
  if (data.length === 0) return "No trial has a score.";
  const scores = data.map((cell) => cell[2]);
  const [low, high] = [Math.min(...scores), Math.max(...scores)];
  const few = data.length <= 150 && !narrow;
  return {
    grid: { left: 16, right: 90, top: 10, bottom: 30, outerBoundsMode: "same", outerBoundsContain: "all" },
    xAxis: axis({ type: "category", data: columns, name: x.name, nameLocation: "middle", nameGap: 28, splitLine: { show: false } }),
    yAxis: axis({ type: "category", data: rows, name: y.name, nameLocation: "middle", nameGap: 46, splitLine: { show: false } }),
    visualMap: {
      dimension: 2, min: low, max: high === low ? low + 1 : high, calculable: false, orient: "vertical", right: 0, top: "middle", precision: 2, textStyle: { color: colour("ink") },
      inRange: { color: ["#fde9c9", "#e7b36a", "#b7897e", "#6a6f9d", "#1f4e87"] }, itemHeight: 160, text: [number(high), number(low)],
    },
    tooltip: tooltip({ formatter: ({ value }) => `${escaped(x.name)} ${escaped(columns[value[0]])}, ${escaped(y.name)} ${escaped(rows[value[1]])}: ${number(value[2])} (${value[3]} trial${value[3] === 1 ? "" : "s"})` }),
    series: [{
      type: "heatmap",
      // Light text on the dark half of the scale.
      data: data.map((cell) => ({ value: cell, label: { color: high > low && (cell[2] - low) / (high - low) > 0.55 ? "#ffffff" : "#16202b" } })),
      label: { show: few, formatter: ({ value }) => number(value[2]), fontSize: 11 },
      itemStyle: { borderColor: colour("paper"), borderWidth: 1 },
    }],
  };
}

function parallelOption(sweep, narrow) {
  const scored = sweep.scores.map((score, i) => [score, i]).filter(([score]) => score !== null).sort((a, b) => a[0] - b[0]);
  if (scored.length === 0) return "No trial has a score.";
  const dimension = (parameter, dim) => parameter.numbers
    ? { dim, name: parameter.name, scale: true }
    : { dim, name: parameter.name, type: "category", data: levels(parameter) };
  const last = sweep.parameters.length;
  const row = ([score, i]) => [...sweep.parameters.map((one) => (one.numbers ? one.numbers[i] : one.texts[i])), score];
  return {
    parallel: {
      left: narrow ? 30 : 50, right: narrow ? 40 : 70, top: 34, bottom: 14,
      parallelAxisDefault: { z: 3, nameTextStyle: { color: colour("ink") }, axisLabel: { color: colour("quiet"), backgroundColor: colour("paper"), padding: [1, 3] }, axisLine: { lineStyle: { color: colour("line") } } },
    },
    parallelAxis: [...sweep.parameters.map(dimension), { dim: last, name: sweep.objective, scale: true }],
    visualMap: { show: false, dimension: last, min: scored[0][0], max: scored.at(-1)[0], inRange: { color: ["#e7b36a", "#b7897e", "#6a6f9d", colour("agent-0")] } },
    series: [{ type: "parallel", data: scored.map(row), lineStyle: { width: 1.2, opacity: scored.length > 300 ? 0.25 : 0.55 } }],
  };
}

function sampleOption(sweep) {
  if (sweep.samples.length === 0) return "The scenario has no [validation] table.";
  const all = sweep.samples.flat();
  const [low, high] = [Math.min(...all), Math.max(...all)];
  return {
    grid: { left: 8, right: 16, top: 26, bottom: 28, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    xAxis: axis({ type: "value", scale: true, name: `${sweep.objective} in sample`, nameLocation: "middle", nameGap: 28 }),
    yAxis: axis({ type: "value", scale: true, name: "out of sample", nameTextStyle: { align: "left", color: colour("quiet") } }),
    tooltip: tooltip({ formatter: ({ value, dataIndex }) => `split ${dataIndex}: ${number(value[0])} in sample, ${number(value[1])} out of sample` }),
    series: [{
      type: "scatter", data: sweep.samples, symbolSize: 9, itemStyle: { color: colour("agent-0"), opacity: 0.8 },
      markLine: { silent: true, symbol: "none", lineStyle: { color: colour("quiet"), type: "dashed" }, label: { show: false }, data: [[{ coord: [low, low] }, { coord: [high, high] }]] },
    }],
  };
}

/** The test windows of all splits one after the other; a thin line where each begins. */
function stitchedOption({ choices, winner, starts }, narrow) {
  const lines = [["out of sample", choices, colour("agent-0"), "solid"], ["winner of the whole search", winner, colour("agent-1"), [2, 2.5]]].filter(([, series]) => series.t.length);
  const all = lines.map(([, series]) => points(series));
  const row = (at) => ([name], i) => `<tr><td>${name}</td><td class="n">${number(valueAt(all[i], at))}</td></tr>`;
  const windows = { silent: true, symbol: "none", label: { show: false }, lineStyle: { color: colour("line"), type: "solid", width: 1 }, data: starts.slice(1).map((at) => ({ xAxis: at * SECOND })) };
  return {
    grid: { left: 8, right: 16, top: 30, bottom: 40, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    legend: { top: 0, left: 0, data: lines.map(([name]) => ({ name, icon: STROKE })), textStyle: { color: colour("ink") }, itemWidth: 18 },
    xAxis: timeAxis(narrow),
    yAxis: axis({ type: "value", scale: true, axisLabel: { formatter: axisText(lines.flatMap(([, series]) => series.v)) } }),
    tooltip: tooltip({ trigger: "axis", formatter: ([hit]) => `<strong>${instant(hit.axisValue)}</strong><table>${lines.map(row(hit.axisValue)).join("")}</table>` }),
    dataZoom: zoom(true),
    series: lines.map(([name, , color, dash], i) => ({
      type: "line", name, data: all[i], showSymbol: false, color, lineStyle: { color, width: 1.6, type: dash }, ...(i === 0 && starts.length <= 120 ? { markLine: windows } : {}),
    })),
  };
}

function trialsOption(sweep) {
  const option = histogramOption(sweep.sharpes);
  if (typeof option === "string") return "No trial has a Sharpe ratio.";
  // The labels of the two lines stand on their outer sides, so that they never meet.
  const luckIsRight = sweep.winner === null || sweep.threshold === null || sweep.threshold >= sweep.winner;
  const line = (value, text, color, right) => ({
    xAxis: value, lineStyle: { color, width: 2 },
    label: { formatter: `${text} ${number(value)}`, color, position: "end", rotate: 0, distance: 4, align: right ? "left" : "right" },
  });
  const lines = [];
  if (sweep.threshold !== null) lines.push(line(sweep.threshold, "luck", colour("agent-1"), luckIsRight));
  if (sweep.winner !== null) lines.push(line(sweep.winner, "winner", colour("agent-2"), !luckIsRight));
  const ends = [sweep.sharpes.start, sweep.sharpes.start + sweep.sharpes.width * sweep.sharpes.counts.length, ...lines.map((one) => one.xAxis)];
  option.xAxis = { ...option.xAxis, name: "annual Sharpe ratio", min: Math.min(...ends) - 2 * sweep.sharpes.width, max: Math.max(...ends) + 2 * sweep.sharpes.width };
  option.yAxis.name = "trials";
  option.tooltip.formatter = ({ value }) => `${number(value[2])} to ${number(value[3])}: ${value[1]} trial${value[1] === 1 ? "" : "s"}`;
  option.series[0].data.forEach((bar) => { bar.itemStyle.color = colour("agent-5"); });
  option.series[0].markLine = { silent: true, symbol: "none", data: lines };
  return option;
}
