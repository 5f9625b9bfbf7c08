/* Buys what is 3 % below its average, leaves what is back above it.
 *
 *   clang --target=wasm32 -O2 -nostdlib -Wl,--no-entry,--strip-all -Wl,-z,stack-size=8192 -o dip.wasm dip.c
 *
 * In a scenario: { kind = "wasm", path = "dip.wasm", indicators = ["sma(24)"] } */
#include "tiltyard.h"

#define MOST 64

static _Alignas(8) char buffer[65536];
static struct {
  Answer head;
  char rest[MOST * (sizeof(Order) + sizeof(uint64_t))];
} answer;

EXPORT("buf") void *buf(void) { return buffer; }

EXPORT("on_bar") const Answer *on_bar(uint32_t bytes) {
  const Message *m = (const Message *)buffer;
  uint32_t closing[MOST], orders = 0, closes = 0;
  Order *next = (Order *)answer.rest;
  for (uint32_t i = 0; i < m->symbols && i < MOST; i++) {
    const Symbol *s = symbol_at(m, i);
    double average = indicators_of(s)[0];
    if (!s->tradable || average != average) continue; /* NaN: still warming up */
    double close = bars_of(m, s)[s->bars_known - 1].close;
    if (s->position == 0 && close < 0.97 * average)
      next[orders++] =
          (Order){.symbol = i, .side = BUY, .size_kind = EQUITY_PCT, .size = 20, .stop_loss_pct = 5, .ref = i + 1};
    else if (s->position > 0 && close > average)
      closing[closes++] = i;
  }
  if (orders + closes == 0) return 0;
  uint32_t *leave = (uint32_t *)(next + orders);
  for (uint32_t i = 0; i < closes; i++) leave[i] = closing[i];
  if (closes % 2) leave[closes] = 0;
  answer.head = (Answer){.orders = orders, .closes = closes};
  answer.head.bytes = sizeof(Answer) + orders * sizeof(Order) + (closes + 1) / 2 * 8;
  return &answer.head;
}
