// Buys a new high of 48 bars, sells a new low of 24. Needs no package.
//
// Enter it in a scenario:
//     strategy = { kind = "process", command = ["node", "breakout.js"] }
const readline = require("node:readline");

const history = {}; // closes by symbol, newest last
const send = (message) => process.stdout.write(JSON.stringify(message) + "\n");

function remember(bars) {
  for (const [symbol, list] of Object.entries(bars)) {
    const closes = (history[symbol] ??= []);
    closes.push(...list.map((bar) => Number(bar.close)));
    closes.splice(0, closes.length - 49);
  }
}

function decide(message) {
  remember(message.bars);
  const orders = [];
  const closes = [];
  for (const symbol of Object.keys(message.bars)) {
    const before = history[symbol].slice(0, -1);
    const close = history[symbol].at(-1);
    const waits = message.orders.some((order) => order.symbol === symbol);
    if (before.length < 48 || waits) continue;
    if (symbol in message.positions) {
      if (close < Math.min(...before.slice(-24))) closes.push(symbol);
    } else if (close > Math.max(...before)) {
      orders.push({ symbol, side: "buy", equity_pct: 20 });
    }
  }
  return { type: "act", decision: message.decision, orders, closes };
}

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const message = JSON.parse(line);
  if (message.type === "hello") send({ type: "ready", protocol: message.protocol, history: 48 });
  else if (message.type === "window") remember(message.bars);
  else if (message.type === "past") remember(message.decide.bars);
  else if (message.type === "decide") send(decide(message));
});
