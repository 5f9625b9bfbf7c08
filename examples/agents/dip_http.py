"""Buys dips as dip.py does, over HTTP: plays one window in a session of `tiltyard serve`. Needs no package.

    python3 dip_http.py http://127.0.0.1:8787 ak_live_.. SCENARIO
"""
import json
import sys
import urllib.request


def call(method, path, message=None):
    headers = {"X-API-Key": KEY, "Content-Type": "application/json"}
    body = None if message is None else json.dumps(message).encode()
    request = urllib.request.Request(f"{URL}/api/v1/backtests{path}", body, headers, method=method)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def act(message):
    if message["type"] == "hello":
        return {"type": "ready", "protocol": message["protocol"], "indicators": ["sma(24)"]}
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


URL, KEY, SCENARIO = sys.argv[1:]
session = call("POST", "", {"scenario": SCENARIO})["id"]
seen = call("GET", f"/{session}/observation")
while seen["state"] == "playing":
    seen = call("POST", f"/{session}/act", act(seen["messages"][-1]))
print(session, json.dumps(seen["result"]))
