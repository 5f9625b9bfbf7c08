// What each agent's trading and holding cost, stacked by kind.

function startCosts() {
  const box = byId("costs-chart");
  if (!box || !values.costs) return;
  box.style.height = `${80 + values.costs.agents.length * 26}px`;
  chart(box, "costs", costsOption);
}

function costsOption(narrow) {
  const { kinds, agents, sums } = values.costs;
  const all = sums.flat();
  const series = kinds.map((name, kind) => {
    const color = colour(`agent-${kind % COLOURS}`);
    return { type: "bar", name, stack: "costs", data: sums[kind], barMaxWidth: 18, color, itemStyle: { color, borderColor: colour("paper"), borderWidth: 0.5 } };
  });
  return {
    grid: { left: 8, right: 16, top: 30, bottom: 30, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    legend: { top: 0, left: 0, data: kinds, textStyle: { color: colour("ink") }, itemWidth: 14, itemHeight: 10 },
    xAxis: axis({ type: "value", name: values.quote, nameLocation: "middle", nameGap: 24, axisLabel: { formatter: axisText([0, ...all]) } }),
    yAxis: axis({ type: "category", data: agents, inverse: true, splitLine: { show: false }, axisLabel: { width: narrow ? 90 : 180, overflow: "truncate", color: colour("ink") } }),
    tooltip: tooltip({ trigger: "item", formatter: ({ seriesName, name, value }) => `${escaped(name)}: ${escaped(seriesName)} ${number(value)} ${escaped(values.quote)}` }),
    series,
  };
}
