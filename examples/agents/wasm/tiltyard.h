/* Agents of tiltyard that are WebAssembly modules: the structures of messages and answers, version 1.
 *
 * A module exports `memory`, `buf` and `on_bar`. At each decision the host writes a message at `buf()` and calls
 * `on_bar(bytes)`; the result is the address of an answer, or 0 to do nothing. All fields are little-endian; money,
 * prices and quantities are doubles. docs/own_agents.md says what they mean. */
#ifndef TILTYARD_H
#define TILTYARD_H

#include <stdint.h>

#define TILTYARD_VERSION 1
#define EXPORT(name) __attribute__((export_name(name)))
#define IMPORT(name) __attribute__((import_module("tiltyard"), import_name(name)))

/* What may be imported: a line for module.log, and a number in [0, 1) from the agent's own stream. */
IMPORT("log") void tiltyard_log(const char *text, uint32_t bytes);
IMPORT("random") double tiltyard_random(void);

/* A message: this head, `symbols` blocks of `symbol_bytes`, `orders` open orders, `events` events. */
typedef struct {
  uint32_t version, bytes;
  uint32_t symbols, bars, indicators; /* bars: places in each block */
  uint32_t orders, events;
  uint32_t symbol_bytes;
  uint64_t decision; /* from 1 */
  int64_t time;      /* of the close, in microseconds since 1970 */
  double cash, available, equity;
} Message;

/* A block: this head, `indicators` doubles (NaN: no value yet), `bars` bars of which `bars_known` are filled. */
typedef struct {
  uint32_t tradable; /* 1: a bar has closed just now, so that an order can be accepted */
  uint32_t bars_known;
  uint32_t bars_new; /* closed since the last decision; may be more than there are places */
  uint32_t reserved;
  double position, average_price;
  double price_tick, quantity_step, min_notional;
} Symbol;

typedef struct {
  int64_t close_time;
  double open, high, low, close, volume;
} Bar;

typedef struct {
  uint64_t order;
  uint32_t symbol, side, ref, reserved;
  double quantity, price, trigger; /* 0: none */
} OpenOrder;

typedef struct {
  uint64_t order;
  int64_t time;
  uint32_t kind; /* 0 fill, 1 filled, 2 cancelled, 3 expired, 4 rejected */
  uint32_t symbol, side, ref;
  double quantity, price, fee;
  char code[32]; /* why it ended, such as INSUFFICIENT_BALANCE */
} Event;

/* An answer: this head, the orders, `cancels` order numbers (8 bytes each), `closes` symbols (4 bytes each, padded to 8
 * bytes together), the weights. `bytes` counts all of it. Weights stand alone or with cancels. */
typedef struct {
  uint32_t bytes, orders, cancels, closes, weights, reserved;
  int64_t wake; /* decides once more at this time; 0: no */
} Answer;

enum { BUY, SELL };
enum { MARKET, LIMIT, STOP, STOP_LIMIT, TAKE_PROFIT, TRAILING_STOP };
enum { QUANTITY, AMOUNT, EQUITY_PCT, POSITION_PCT };
enum { GTC, DAY, IOC, GOOD_TILL };
enum { REDUCE_ONLY = 1 };

/* A number that is 0 is not given. */
typedef struct {
  uint32_t symbol, side, type, size_kind;
  double size, price, trigger, distance_pct;
  uint32_t time_in_force, flags;
  int64_t expires;
  double stop_loss_pct, take_profit_pct, trailing_stop_pct, stop_loss, take_profit;
  uint32_t ref, reserved; /* ref: the agent's own number, which events and open orders repeat */
} Order;

typedef struct {
  uint32_t symbol, reserved;
  double weight;
} Weight;

_Static_assert(sizeof(Message) == 72 && sizeof(Symbol) == 56 && sizeof(Bar) == 48, "as the host has them");
_Static_assert(sizeof(OpenOrder) == 48 && sizeof(Event) == 88, "as the host has them");
_Static_assert(sizeof(Answer) == 32 && sizeof(Order) == 112 && sizeof(Weight) == 16, "as the host has them");

static inline const Symbol *symbol_at(const Message *m, uint32_t i) {
  return (const Symbol *)((const char *)(m + 1) + i * m->symbol_bytes);
}
static inline const double *indicators_of(const Symbol *s) { return (const double *)(s + 1); }
static inline const Bar *bars_of(const Message *m, const Symbol *s) {
  return (const Bar *)(indicators_of(s) + m->indicators);
}
static inline const Event *events_of(const Message *m) {
  return (const Event *)((const OpenOrder *)((const char *)(m + 1) + m->symbols * m->symbol_bytes) + m->orders);
}

#endif
