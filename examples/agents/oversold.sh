#!/bin/sh
# Buys at an RSI below 30, sells above 60: shell and jq. It starts a process, so the scenario must allow that:
#     strategy = { kind = "process", command = ["sh", "oversold.sh"], processes = true }
#
# jq reads the messages one after the other and answers those that need an answer.
exec jq --unbuffered --compact-output '
  if .type == "hello" then
    { type: "ready", protocol: .protocol, indicators: ["rsi(14)"], decide: { every: "4h" } }
  elif .type == "decide" then
    . as $now
    | .indicators["rsi(14)"]
    | {
        type: "act",
        decision: $now.decision,
        orders: [
          to_entries[]
          | select(.value != null and .value < 30 and $now.positions[.key] == null)
          | { symbol: .key, side: "buy", equity_pct: 10 }
        ],
        closes: [to_entries[] | select(.value != null and .value > 60 and $now.positions[.key] != null) | .key]
      }
  else empty end'
