// Agents of tiltyard that are WebAssembly modules, in AssemblyScript: the structures of tiltyard.h, version 1.

/** A line for module.log. */
@external("tiltyard", "log")
export declare function log(text: usize, bytes: u32): void;
/** A number in [0, 1) from the agent's own stream. */
@external("tiltyard", "random")
export declare function random(): f64;

const BUFFER: usize = memory.data(65536, 8);
const ANSWER: usize = memory.data(65536, 8);
const HEAD = 72, SYMBOL = 56, BAR = 48, ANSWER_HEAD = 32, WEIGHT = 16;

/** Where the host writes messages. */
export function buf(): usize {
  return BUFFER;
}

// The message.
export function symbols(): u32 { return load<u32>(BUFFER, 8); }
function indicators(): u32 { return load<u32>(BUFFER, 16); }
export function time(): i64 { return load<i64>(BUFFER, 40); }
export function cash(): f64 { return load<f64>(BUFFER, 48); }
export function equity(): f64 { return load<f64>(BUFFER, 64); }

// A symbol of it, by its number.
function block(symbol: u32): usize { return BUFFER + HEAD + symbol * load<u32>(BUFFER, 28); }
export function tradable(symbol: u32): bool { return load<u32>(block(symbol), 0) == 1; }
export function barsKnown(symbol: u32): u32 { return load<u32>(block(symbol), 4); }
export function position(symbol: u32): f64 { return load<f64>(block(symbol), 16); }
export function indicator(symbol: u32, index: u32): f64 { return load<f64>(block(symbol) + SYMBOL + 8 * index); }
// A bar of it, the oldest first.
function bar(symbol: u32, index: u32): usize { return block(symbol) + SYMBOL + 8 * indicators() + BAR * index; }
export function high(symbol: u32, index: u32): f64 { return load<f64>(bar(symbol, index), 16); }
export function low(symbol: u32, index: u32): f64 { return load<f64>(bar(symbol, index), 24); }
export function close(symbol: u32, index: u32): f64 { return load<f64>(bar(symbol, index), 32); }

// An answer of target weights.
let weights: u32 = 0;
export function begin(): void {
  weights = 0;
}
export function weight(symbol: u32, share: f64): void {
  const at = ANSWER + ANSWER_HEAD + WEIGHT * weights++;
  store<u64>(at, symbol);
  store<f64>(at, share, 8);
}
export function answer(): usize {
  if (weights == 0) return 0;
  memory.fill(ANSWER, 0, ANSWER_HEAD);
  store<u32>(ANSWER, ANSWER_HEAD + WEIGHT * weights);
  store<u32>(ANSWER, weights, 16);
  return ANSWER;
}
