// Holds a third of the equity in what closes above the highs of the 48 bars before, until it closes below their lows.
//
//   npx asc breakout.ts --optimize --runtime stub --use abort= --noAssert -o breakout.wasm
//
// In a scenario: { kind = "wasm", path = "breakout.wasm", bars = 49 }
import { answer, barsKnown, begin, close, high, low, position, symbols, tradable, weight } from "./tiltyard";
export { buf } from "./tiltyard";

export function on_bar(bytes: u32): usize {
  begin();
  for (let symbol: u32 = 0; symbol < symbols(); symbol++) {
    if (!tradable(symbol) || barsKnown(symbol) < 49) continue;
    let top: f64 = 0, bottom: f64 = Infinity;
    for (let index: u32 = 0; index < 48; index++) {
      top = max(top, high(symbol, index));
      bottom = min(bottom, low(symbol, index));
    }
    const last = close(symbol, 48);
    if (position(symbol) == 0 && last > top) weight(symbol, 1.0 / <f64>symbols());
    else if (position(symbol) > 0 && last < bottom) weight(symbol, 0);
  }
  return answer();
}
