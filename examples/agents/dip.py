"""Buys what has fallen 3 % below its average of 24 bars, sells what is back above it. Needs no package.

Enter it in a scenario:
    strategy = { kind = "process", command = ["python3", "dip.py"] }
"""
import json
import sys


def send(message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def decide(message):
    orders, closes = [], []
    for symbol, bars in message["bars"].items():
        average = message["indicators"]["sma(24)"][symbol]
        close = float(bars[-1]["close"])
        if average is None:
            continue
        if symbol in message["positions"]:
            if close > average:
                closes.append(symbol)
        elif close < 0.97 * average and not any(order["symbol"] == symbol for order in message["orders"]):
            orders.append({"symbol": symbol, "side": "buy", "equity_pct": 20, "stop_loss_pct": 5})
    return {"type": "act", "decision": message["decision"], "orders": orders, "closes": closes}


for line in sys.stdin:
    message = json.loads(line)
    if message["type"] == "hello":
        send({"type": "ready", "protocol": message["protocol"], "indicators": ["sma(24)"]})
    elif message["type"] == "decide":
        send(decide(message))
    # `window` and `past` need no answer; after `end` the input closes.
