// What the page carries, and how numbers and times are written.
const values = JSON.parse(document.getElementById("values").textContent);
const byId = (id) => document.getElementById(id);
const SECOND = 1000;

/** Points of a series `{t, v}` (differences of seconds, values) as pairs of milliseconds and value. */
function points(series) {
  let at = 0;
  return series.t.map((step, i) => {
    at += step;
    return [at * SECOND, series.v[i]];
  });
}

const formats = new Map();
function format(places) {
  if (!formats.has(places)) {
    formats.set(places, new Intl.NumberFormat("en-US", { minimumFractionDigits: places, maximumFractionDigits: places }));
  }
  return formats.get(places);
}

/** A number with so many places and thousands set apart; nothing has no sign. */
function number(value, places = 2) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  const text = format(places).format(value);
  return /^-[0.,]*$/.test(text) ? text.slice(1) : text;
}

/** With a plus where it is a gain. */
function signed(value, places = 2) {
  const text = number(value, places);
  return /^[0.,–]*$/.test(text) || text.startsWith("-") ? text : `+${text}`;
}

/** On an axis: no more places than the mark has. */
function plain(value) {
  return format(Number.isInteger(value) ? 0 : Math.abs(value) < 1 ? 2 : 1).format(value);
}

/** On a small axis: thousands and millions as `12k`, `3M`. */
function shortNumber(value) {
  const [size, unit] = [[1e9, "G"], [1e6, "M"], [1e3, "k"]].find(([least]) => Math.abs(value) >= least) ?? [1, ""];
  return `${String(Number((value / size).toPrecision(3)))}${unit}`;
}

/** A price or quantity: as many digits as it has, two places at least. */
function price(value) {
  const size = Math.abs(value);
  const places = size === 0 || size >= 100 ? 2 : Math.min(8, Math.max(2, 5 - Math.ceil(Math.log10(size))));
  return number(value, places);
}

/** Milliseconds as UTC, to the minute; the date alone at midnight. */
function instant(ms) {
  const text = new Date(ms).toISOString();
  return text.slice(11, 16) === "00:00" ? text.slice(0, 10) : `${text.slice(0, 10)} ${text.slice(11, 16)}`;
}

/** A length of time by its two largest units. */
function span(seconds) {
  const units = [[86400, "d"], [3600, "h"], [60, "m"], [1, "s"]];
  const first = units.findIndex(([size]) => seconds >= size);
  if (first < 0) return "0s";
  const [size, name] = units[first];
  const next = units[first + 1];
  const rest = next ? Math.floor((seconds % size) / next[0]) : 0;
  return `${Math.floor(seconds / size)}${name}${rest ? ` ${rest}${next[1]}` : ""}`;
}

/** A new element with properties and children; text is always text. */
function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(properties)) {
    if (key in made && key !== "list") made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

/** Text for a tooltip, which the chart library takes as HTML. */
function escaped(text) {
  const signs = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return String(text).replace(/[&<>"']/g, (sign) => signs[sign]);
}
