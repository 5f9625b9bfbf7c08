// The list of an agent's round trips: filters, order, pages.
const PAGE = 25;

/** One stored row with names. */
function trade(row, from, index) {
  const [window, symbol, closed, entry, exit, quantity, entryPrice, exitPrice, fees, pnl, percent, mae, mfe, why, whyOut] = row;
  return {
    window, symbol: from.symbols[symbol], closed, entry: entry * SECOND, exit: exit * SECOND, quantity, entryPrice, exitPrice,
    fees, pnl, percent, mae, mfe, why: from.reasons[why], whyOut: from.reasons[whyOut],
    side: (from.shorts ?? []).includes(index) ? "short" : "long",
  };
}

function tradeColumns(shorts) {
  const time = (key) => ({ value: (t) => t[key], text: (t) => instant(t[key]) });
  const money = (key, form) => ({ numeric: true, value: (t) => t[key], text: (t) => form(t[key]) });
  const word = (key) => ({ value: (t) => t[key], text: (t) => t[key] });
  const columns = [
    ["symbol", word("symbol")],
    ["entry", time("entry")],
    ["exit", { value: (t) => t.exit, text: (t) => (t.closed ? instant(t.exit) : "open") }],
    ["held", { numeric: true, value: (t) => t.exit - t.entry, text: (t) => span((t.exit - t.entry) / SECOND) }],
    ["quantity", money("quantity", price)],
    ["entry price", money("entryPrice", price)],
    ["exit price", money("exitPrice", price)],
    ["PnL", { ...money("pnl", signed), tone: (t) => (t.pnl > 0 ? "good" : t.pnl < 0 ? "bad" : "") }],
    ["return %", money("percent", signed)],
    ["fees", money("fees", number)],
    ["entry reason", word("why")],
    ["exit reason", word("whyOut")],
  ];
  if (shorts) columns.splice(1, 0, ["side", word("side")]);
  if (values.windows.length > 1) columns.unshift(["window", { numeric: true, value: (t) => t.window, text: (t) => String(t.window) }]);
  return columns;
}

function choice(label, options, change) {
  const select = element("select", {}, ...options.map(([value, text]) => element("option", { value, textContent: text })));
  select.addEventListener("change", () => change(select.value));
  return element("label", {}, `${label} `, select);
}

/** Draws the list into `box`. */
function tradeList(box, agent) {
  const from = values.trades[agent];
  const all = from.rows.map((row, index) => trade(row, from, index));
  if (all.length === 0) {
    box.append(element("p", { className: "empty", textContent: "This agent has no round trips." }));
    return;
  }
  const shorts = (from.shorts ?? []).length > 0;
  const columns = tradeColumns(shorts);
  const state = { window: "", symbol: "", result: "", side: "", reason: "", order: columns.findIndex(([name]) => name === "entry"), sign: 1, page: 0 };
  const list = element("div", { className: "scroll", tabIndex: 0, role: "region", "aria-label": `Round trips of ${values.agents[agent]}` });
  const pages = element("div", { className: "pages" });
  const change = (key) => (value) => {
    state[key] = value;
    state.page = 0;
    draw();
  };
  const reason = element("input", { type: "search", size: 12, "data-filter": "reason" });
  reason.addEventListener("input", () => change("reason")(reason.value.toLowerCase()));
  const filters = element("div", { className: "controls" });
  if (values.windows.length > 1) {
    filters.append(choice("Window", [["", "all"], ...[...new Set(all.map((t) => t.window))].map((w) => [String(w), String(w)])], change("window")));
  }
  if (from.symbols.length > 1) filters.append(choice("Symbol", [["", "all"], ...from.symbols.map((s) => [s, s])], change("symbol")));
  if (shorts) filters.append(choice("Side", [["", "all"], ["long", "long"], ["short", "short"]], change("side")));
  filters.append(choice("Result", [["", "all"], ["gain", "gained"], ["loss", "lost"], ["open", "still open"]], change("result")));
  filters.append(element("label", {}, "Reason ", reason));
  box.append(filters, list, pages);

  function wanted(t) {
    const results = { "": true, gain: t.closed && t.pnl > 0, loss: t.closed && t.pnl <= 0, open: !t.closed };
    return (state.window === "" || String(t.window) === state.window) && (state.symbol === "" || t.symbol === state.symbol) && (state.side === "" || t.side === state.side) &&
      results[state.result] && `${t.why} ${t.whyOut}`.toLowerCase().includes(state.reason);
  }

  function compare(a, b) {
    const value = columns[state.order][1].value;
    const [left, right] = [value(a), value(b)];
    return state.sign * (typeof left === "string" ? left.localeCompare(right) : left - right);
  }

  function head() {
    return columns.map(([name, column], i) => {
      const button = element("button", { type: "button", textContent: name });
      button.addEventListener("click", () => {
        state.sign = state.order === i ? -state.sign : 1;
        state.order = i;
        draw();
      });
      const cell = element("th", { scope: "col", className: column.numeric ? "n" : "" }, button);
      if (state.order === i) cell.setAttribute("aria-sort", state.sign > 0 ? "ascending" : "descending");
      return cell;
    });
  }

  function draw() {
    const rows = all.filter(wanted).sort(compare);
    const last = Math.max(0, Math.ceil(rows.length / PAGE) - 1);
    state.page = Math.min(state.page, last);
    const shown = rows.slice(state.page * PAGE, (state.page + 1) * PAGE);
    const cell = (t) => ([, column]) => element("td", { className: `${column.numeric ? "n" : ""} ${column.tone?.(t) ?? ""}`.trim(), textContent: column.text(t) });
    const body = shown.map((t) => element("tr", {}, ...columns.map(cell(t))));
    list.replaceChildren(rows.length === 0
      ? element("p", { className: "empty", textContent: "No round trip matches these filters." })
      : element("table", { className: "list" }, element("thead", {}, element("tr", {}, ...head())), element("tbody", {}, ...body)));
    const turn = (by, text) => {
      const button = element("button", { type: "button", textContent: text, disabled: state.page + by < 0 || state.page + by > last });
      button.addEventListener("click", () => {
        state.page += by;
        draw();
      });
      return button;
    };
    const first = state.page * PAGE + 1;
    const counted = rows.length === 0 ? "0" : `${number(first, 0)} to ${number(first + shown.length - 1, 0)} of ${number(rows.length, 0)}`;
    const left = from.total > all.length ? `; the ${number(all.length, 0)} largest gains and losses of ${number(from.total, 0)}; trades.parquet has all` : "";
    const words = element("span", { className: "caption", "aria-live": "polite", textContent: counted + left });
    pages.replaceChildren(...(last > 0 ? [turn(-1, "previous"), turn(1, "next")] : []), words);
    markWide();
  }
  draw();
}
