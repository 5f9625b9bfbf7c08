// Opens report.html of a run folder from the file system, offline, and uses it as a reader does.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [folder, pictures] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const board = JSON.parse(readFileSync(join(folder, "leaderboard.json"), "utf8"));
const address = pathToFileURL(join(folder, "report.html")).href;
const SIZES = {
  desktop: { width: 1280, height: 900 },
  wide: { width: 1440, height: 900 },
  laptop: { width: 1024, height: 768 },
  tablet: { width: 768, height: 1024 },
  phone: { width: 390, height: 844 },
};
/** Tables of any number of columns; they scroll, and say so. */
const MANY_COLUMNS = ".heat, .ratings, .bracket";

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox"] });
try {
  // BRIEF=1: a large page, of which two looks are enough.
  const all = ["light", "dark"].flatMap((scheme) => Object.keys(SIZES).map((size) => [scheme, size]));
  const looks = process.env.BRIEF ? [["light", "desktop"], ["dark", "phone"]] : all;
  for (const [scheme, size] of looks) await visit(scheme, size, SIZES[size]);
} finally {
  await browser.close();
}
console.log("browser test passed");

async function visit(colorScheme, size, viewport) {
  const context = await browser.newContext({ colorScheme, viewport, offline: true, bypassCSP: false });
  const page = await context.newPage();
  const complaints = [];
  const asked = [];
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => request.url() === address || asked.push(request.url()));
  await page.goto(address);
  await page.locator("#equity-chart").scrollIntoViewIfNeeded();
  await page.waitForFunction(() => window.tiltyard?.charts.get("equity")?.instance);

  await leaderboard(page);
  await wide(page, size, viewport);
  if (size === "desktop" && colorScheme === "light") await use(page);
  await openLast(page);
  await contained(page, `${colorScheme} ${size}`, viewport);
  if (size === "desktop") await wheel(page);
  await accessible(page, `${colorScheme} ${size}`);
  if (pictures) await picture(page, `${colorScheme}-${size}`);
  if (pictures && size === "desktop" && colorScheme === "light") await paper(page);
  assert.deepEqual(complaints, [], "the console is silent");
  assert.deepEqual(asked, [], "nothing is asked of the network");
  await context.close();
}

/** Every number of the leaderboard is the stored one, rounded. */
async function leaderboard(page) {
  // Over several windows heads say what a number is of: `record ROI %`, `mean ROI %`.
  const shown = await page.locator("table.leaderboard thead th").allTextContents();
  const heads = shown.map((head) => head.replace(/^record /, "").replace(/^(mean|median) .*/, "score"));
  const rows = await page.locator("table.leaderboard tbody tr").count();
  // A symbol that is the benchmark has the last row.
  const held = JSON.parse(readFileSync(join(folder, "run.json"), "utf8")).benchmark_held;
  assert.equal(rows, board.rankings.length + (held ? 1 : 0));
  const keys = { "ROI %": "roi_pct", Sharpe: "sharpe_ratio", Sortino: "sortino_ratio", Calmar: "calmar_ratio",
    "max DD %": "max_drawdown_pct", "win %": "win_rate", PF: "profit_factor", score: "score" };
  const amounts = { PnL: "total_pnl", "final equity": "final_equity", fees: "fees" };
  const texts = await page.locator("table.leaderboard tbody").evaluate((body) => [...body.rows].map((row) => [...row.cells].map((cell) => cell.textContent)));
  for (const [i, stored] of board.rankings.entries()) {
    const cells = texts[i];
    const cell = (head) => cells[heads.indexOf(head)];
    assert.equal(cell("agent").replace(/ \(benchmark\)$/, ""), stored.agent);
    assert.equal(Number(cell("#")), stored.rank);
    assert.equal(Number(cell("trades").replaceAll(",", "")), stored.trades);
    for (const [head, key] of Object.entries(keys)) {
      if (!heads.includes(head)) continue;
      if (stored[key] === null) assert.equal(cell(head), absent(stored.missing?.[key]), `${stored.agent} ${head}`);
      else if (!isIdle(stored, cell(head))) close(cell(head), stored[key], `${stored.agent} ${head}`);
    }
    for (const [head, key] of Object.entries(amounts)) if (heads.includes(head) && !isIdle(stored, cell(head))) close(cell(head), Number(stored[key]), `${stored.agent} ${head}`);
  }
}

/** An agent that held cash has no numbers of returns in tables. */
function isIdle(stored, shown) {
  return shown === "–" && stored.trades === 0 && stored.missing?.sharpe_ratio === "idle: nothing was traded";
}

/** What the page shows for a number that is not finite, by the reason given in the JSON. */
function absent(reason = "") {
  if (reason.startsWith("+infinity")) return "∞";
  return reason.startsWith("-infinity") ? "-∞" : "–";
}

function close(shown, stored, what) {
  const value = Number(shown.replaceAll(",", ""));
  assert.ok(Math.abs(value - stored) <= 0.005 + Math.abs(stored) * 1e-9, `${what}: ${shown} is not ${stored}`);
}

/** No part of the page is wider than the screen. */
async function wide(page, size, viewport) {
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(width <= viewport.width, `the page is ${width} wide on a ${size} of ${viewport.width}`);
}

/** Nothing is wider than the box it is in, but for tables that scroll and say so; from 1280 pixels on no table of words does. */
async function contained(page, where, viewport) {
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  const found = await page.evaluate(({ many, roomy }) => {
    const named = (box) => `${box.tagName.toLowerCase()}.${box.className} ${box.getAttribute("aria-label") ?? ""} ${box.scrollWidth} > ${box.clientWidth}`;
    const shown = (box) => box.offsetParent !== null;
    const wide = (box) => box.scrollWidth > box.clientWidth + 1;
    const scrolls = [...document.querySelectorAll(".scroll")].filter(shown);
    const silent = scrolls.filter((box) => wide(box) && !box.hasAttribute("data-more"));
    const cut = roomy ? scrolls.filter((box) => wide(box) && !box.querySelector(many)) : [];
    const boxes = [...document.querySelectorAll("main section, main section > *, .columns > div, .agent, .facts div, .legend button, .chart")];
    const over = boxes.filter(shown).filter((box) => !box.matches(".scroll, .hidden") && wide(box) && getComputedStyle(box).overflowX === "visible");
    return { silent: silent.map(named), cut: cut.map(named), over: over.map(named) };
  }, { many: MANY_COLUMNS, roomy: viewport.width >= 1280 });
  assert.deepEqual(found, { silent: [], cut: [], over: [] }, `nothing overflows, ${where}`);
}

/** The mouse wheel over a chart scrolls the page. */
async function wheel(page) {
  for (const chart of ["#equity-chart", "#underwater-chart"]) {
    await page.locator(chart).scrollIntoViewIfNeeded();
    const box = await page.locator(chart).boundingBox();
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    const before = await page.evaluate(() => scrollY);
    await page.mouse.wheel(0, -200);
    await page.waitForFunction((before) => scrollY < before - 50, before, { timeout: 3000 });
  }
}

/** Toggles, zooms, sorts, filters. */
async function use(page) {
  const option = (path) => page.evaluate(path);
  const first = page.locator("#legend button").first();
  const agent = await first.getAttribute("data-agent");
  // Of many agents only those that are chosen have a series; of a few, those that are not are hidden.
  const isDrawn = `((option, agent) => option.series.some(({ name }) => name === agent) && option.legend[0].selected?.[agent] !== false)(window.tiltyard.charts.get('equity').instance.getOption(), '${agent}')`;
  await first.click();
  assert.equal(await first.getAttribute("aria-pressed"), "false");
  assert.equal(await option(isDrawn), false, "the agent's curve is gone");
  await first.click();
  assert.equal(await option(isDrawn), true, "and back");
  if (await page.evaluate(() => window.tiltyard.values.agents.length > window.tiltyard.values.drawn)) {
    const hidden = page.locator("#legend button[aria-pressed=false]").first();
    const before = await option("window.tiltyard.charts.get('equity').instance.getOption().series.length");
    await hidden.click();
    assert.equal(await option("window.tiltyard.charts.get('equity').instance.getOption().series.length"), before + 1, "a further agent is drawn");
  }

  await page.locator("[data-scale=log]").click();
  assert.equal(await option("window.tiltyard.charts.get('equity').instance.getOption().yAxis[0].type"), "log");
  await page.locator("[data-scale=value]").click();

  const chart = page.locator("#equity-chart");
  await chart.scrollIntoViewIfNeeded();
  const box = await chart.boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.waitForFunction(() => [...document.querySelectorAll("#equity-chart div")].some((div) => /\d{4}-\d{2}-\d{2}/.test(div.textContent)));
  await page.keyboard.down("Control");
  await page.mouse.wheel(0, -600);
  await page.keyboard.up("Control");
  const range = "(({ start, end }) => end - start)(window.tiltyard.charts.get('equity').instance.getOption().dataZoom[0])";
  await page.waitForFunction(`${range} < 95`);
  const below = range.replaceAll("'equity'", "'drawdown'");
  await page.locator("#underwater-chart").scrollIntoViewIfNeeded();
  await page.waitForFunction(`${below} < 95`);
  await page.locator("#curve-reset").click();
  await page.waitForFunction(`${range} === 100`);

  const head = page.locator("table.leaderboard thead button", { hasText: /^(record )?trades$/ });
  await head.click();
  const column = (await page.locator("table.leaderboard thead th").allTextContents()).findIndex((head) => /^(record )?trades$/.test(head));
  // A symbol as benchmark has a row without trades.
  const trades = async () => (await page.locator(`table.leaderboard tbody td:nth-child(${column + 1})`).allTextContents()).filter((text) => /\d/.test(text)).map((text) => Number(text.replaceAll(",", "")));
  const wanted = board.rankings.map((row) => row.trades).sort((a, b) => b - a);
  assert.deepEqual(await trades(), wanted, "the most trades come first");
  await head.click();
  assert.deepEqual(await trades(), wanted.reverse(), "and last");
  await page.locator("table.leaderboard thead button", { hasText: /^#$/ }).click();

  await filter(page);
  await sides(page);
  await drawn(page);
}

/** A chart's series by name, once it is drawn. */
async function seriesOf(page, name) {
  await page.waitForFunction((name) => window.tiltyard.charts.get(name)?.instance, name);
  return page.evaluate((name) => window.tiltyard.charts.get(name).instance.getOption().series.map(({ name, type, data }) => ({ name, type, points: data.length })), name);
}

/** Candles with the strategy's lines, costs by kind, exposure by side, beta, and what a sweep's choices earned out of sample. */
async function drawn(page) {
  const run = JSON.parse(readFileSync(join(folder, "run.json"), "utf8"));
  const agent = await page.evaluate((lines) => {
    const { trades, prices } = window.tiltyard.values;
    const known = new Set(prices.map((one) => one.symbol));
    const usable = (index) => trades[index]?.symbols.some((symbol) => known.has(symbol)) && document.getElementById(`agent-${index}`).dataset.pack === undefined;
    const all = trades.map((_, index) => index).filter(usable);
    return all.find((index) => lines[index].length > 0) ?? all[0];
  }, run.agents.map((one) => one.lines ?? []));
  if (agent !== undefined && existsSync(join(folder, "candles.parquet"))) {
    const section = page.locator(`#agent-${agent}`);
    if ((await section.getAttribute("open")) === null) await section.locator("summary").first().click();
    for (const part of ["prices", "exposure", "beta"]) await section.locator(`[data-part="${part}"]`).scrollIntoViewIfNeeded();
    await section.locator('[data-part="prices"]').scrollIntoViewIfNeeded();
    const series = await seriesOf(page, `prices-${agent}`);
    assert.ok(series.find(({ type }) => type === "candlestick").points > 1, "candles are drawn");
    const shown = series.filter(({ type }) => type === "line").map(({ name }) => name);
    const caption = await section.locator('[data-part="prices-caption"]').textContent();
    for (const line of run.agents[agent].lines ?? []) assert.ok(shown.includes(line) || caption.includes(line), `${line} is drawn, or the caption says that it is not`);
    const isShort = await page.evaluate((agent) => Boolean(window.tiltyard.values.returns[agent].exposure.short), agent);
    const exposure = await page.evaluate((agent) => window.tiltyard.values.returns[agent].exposure.long.t.length > 0, agent);
    if (exposure) assert.deepEqual((await seriesOf(page, `exposure-${agent}`)).map(({ name }) => name).filter((name) => name && !name.startsWith("series")), isShort ? ["long", "short", "gross"] : [], "exposure by side");
  }
  if (await page.locator("#costs-chart").count()) {
    await page.locator("#costs-chart").scrollIntoViewIfNeeded();
    const kinds = (await seriesOf(page, "costs")).map(({ name }) => name);
    const heads = await page.locator("#costs table thead th").allTextContents();
    assert.deepEqual(heads.slice(1, -2), kinds, "the costs' chart and table have the same kinds");
  }
  if (existsSync(join(folder, "out_of_sample.parquet"))) {
    await page.locator("#stitched-chart").scrollIntoViewIfNeeded();
    assert.equal((await seriesOf(page, "stitched"))[0].name, "out of sample");
  }
}

/** Where an agent was short, its list can be filtered by side, and its chart marks short entries and liquidations apart. */
async function sides(page) {
  const found = await page.evaluate(() => {
    const lists = window.tiltyard.values.trades;
    const agent = lists.findIndex((one) => (one?.shorts ?? []).length > 0);
    const dead = lists.findIndex((one) => one?.rows.some((row) => one.reasons[row[14]] === "liquidation"));
    return { agent, dead, shorts: agent < 0 ? 0 : lists[agent].shorts.length, of: agent < 0 ? 0 : lists[agent].rows.length };
  });
  if (found.agent < 0) return;
  const open = async (agent) => {
    const section = page.locator(`#agent-${agent}`);
    if ((await section.getAttribute("open")) === null) await section.locator("summary").first().click();
    await section.locator('[data-part="prices"]').scrollIntoViewIfNeeded();
    await page.waitForFunction((name) => window.tiltyard.charts.get(name)?.instance, `prices-${agent}`);
    return section;
  };
  const marks = (agent, name) => page.evaluate(({ agent, name }) => {
    const drawn = window.tiltyard.charts.get(`prices-${agent}`).instance.getOption().series;
    return drawn.find((one) => one.name === name).data.length;
  }, { agent, name });
  const section = await open(found.agent);
  const side = section.locator("label", { hasText: "Side" }).locator("select");
  for (const [value, count] of [["short", found.shorts], ["long", found.of - found.shorts]]) {
    await side.selectOption(value);
    const words = await section.locator(".pages").textContent();
    assert.ok(words.includes(count === 0 ? "0" : count.toLocaleString("en-US")), `${words} tells ${count} ${value} round trips`);
  }
  await side.selectOption("");
  assert.ok(await section.getByText("Round trips by side", { exact: true }).count() > 0 || found.shorts === found.of, "both sides have a table");
  assert.ok((await marks(found.agent, "entry, short")) > 0, "short entries are marked");
  if (found.dead < 0) return;
  await open(found.dead);
  assert.ok((await marks(found.dead, "liquidation")) > 0, "liquidations are marked");
}

/** The list of the agent with the most trades shows what passes its filters. */
async function filter(page) {
  const busiest = await page.evaluate(() => {
    // Those of packed sections are not there yet.
    const totals = window.tiltyard.values.trades.map((one) => one?.rows.length ?? 0);
    return totals.indexOf(Math.max(...totals));
  });
  const agent = page.locator(`#agent-${busiest}`);
  if ((await agent.getAttribute("open")) === null) await agent.locator("summary").first().click();
  const expected = await page.evaluate((agent) => window.tiltyard.values.trades[agent].rows.filter((row) => row[2] && row[9] > 0).length, busiest);
  await agent.locator("label", { hasText: "Result" }).locator("select").selectOption("gain");
  const words = await agent.locator(".pages").textContent();
  assert.ok(words.includes(expected === 0 ? "0" : `of ${expected.toLocaleString("en-US")}`), `${words} tells ${expected} gains`);
  const losses = await agent.locator(".list td.bad").count();
  assert.equal(losses, 0, "no loss passes");
  await agent.locator("input[data-filter=reason]").fill("no such reason");
  assert.ok(await agent.getByText("No round trip matches these filters.").isVisible());
  await agent.locator("input[data-filter=reason]").fill("");
  await agent.locator("label", { hasText: "Result" }).locator("select").selectOption("");
}

/** The last agent's section shows a chart or a sentence in every place. */
async function openLast(page) {
  const agent = page.locator("details.agent").last();
  if ((await agent.getAttribute("open")) === null) await agent.locator("summary").first().click();
  // A packed section is unpacked first.
  await agent.locator(".chart").first().waitFor({ timeout: 5000 });
  assert.equal(await agent.locator(".warning").count(), 0, "the section is unpacked");
  for (const chart of await page.locator("details.agent[open] .chart").all()) {
    await chart.scrollIntoViewIfNeeded();
    await page.waitForFunction((box) => box.querySelector("canvas") || box.textContent.trim().length > 10, await chart.elementHandle());
  }
}

async function accessible(page, where) {
  // The page's policy lets no script in; the test's own goes through the debugger.
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  const serious = violations.filter(({ impact }) => ["serious", "critical"].includes(impact));
  const told = serious.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.slice(0, 3).map((node) => node.target.join(" ") + " " + (node.any[0]?.message ?? "")).join("; ")}`);
  assert.deepEqual(told, [], `accessibility, ${where}`);
}

async function picture(page, name) {
  if (!existsSync(pictures)) mkdirSync(pictures, { recursive: true });
  // Charts are drawn when they come into view.
  const height = await page.evaluate(() => document.body.scrollHeight);
  for (let at = 0; at < height; at += 500) {
    await page.evaluate((at) => scrollTo(0, at), at);
    await page.waitForTimeout(40);
  }
  await page.evaluate(() => scrollTo(0, 0));
  await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true, timeout: 120000 });
}

async function paper(page) {
  await page.pdf({ path: join(pictures, "paper.pdf"), format: "A4", printBackground: true });
}
