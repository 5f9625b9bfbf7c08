"""Asks a language model once a day: any server with a chat-completions endpoint. Needs no package.

    strategy = { kind = "process", command = ["python3", "model.py"], network = true, decision_ms = 60000,
                 env = ["MODEL_URL", "MODEL_NAME", "MODEL_KEY", "MODEL_PRICE_IN", "MODEL_PRICE_OUT"], decide = { every = "1d" } }
MODEL_URL is the whole address, such as http://localhost:8080/v1/chat/completions; prices are for a million tokens.
"""
import json
import os
import sys
import urllib.request
from decimal import Decimal

RULES = (
    "You manage a small portfolio. Answer with one JSON object and nothing else: "
    '{"buy": [symbols to buy for 10 % of the equity each], "sell": [symbols to sell], "why": "a sentence"}'
)


def send(message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def ask(question):
    body = {"model": os.environ["MODEL_NAME"], "temperature": 0,
            "messages": [{"role": "system", "content": RULES}, {"role": "user", "content": question}]}
    headers = {"Content-Type": "application/json", "Authorization": "Bearer " + os.environ.get("MODEL_KEY", "")}
    request = urllib.request.Request(os.environ["MODEL_URL"], json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request) as response:
        return json.load(response)


def used(reply):
    usage = reply.get("usage", {})
    read, written = usage.get("prompt_tokens", 0), usage.get("completion_tokens", 0)
    cost = sum(Decimal(os.environ.get(name, "0")) * tokens / 1_000_000
               for name, tokens in (("MODEL_PRICE_IN", read), ("MODEL_PRICE_OUT", written)))
    priced = {"cost": f"{cost:.8f}"} if "MODEL_PRICE_IN" in os.environ else {}
    return {"model": reply.get("model"), "input_tokens": read, "output_tokens": written, **priced}


def run(ask):
    for line in sys.stdin:
        message = json.loads(line)
        if message["type"] == "hello":
            send({"type": "ready", "protocol": message["protocol"], "timeframe": "1d"})
        elif message["type"] == "decide":
            known = {key: message[key] for key in ("time", "bars", "positions", "cash", "equity", "context") if key in message}
            reply = ask(json.dumps(known))
            answer = json.loads(reply["choices"][0]["message"]["content"])
            orders = [{"symbol": symbol, "side": "buy", "equity_pct": 10} for symbol in answer["buy"]]
            send({"type": "act", "decision": message["decision"], "orders": orders, "closes": answer["sell"],
                  "note": answer["why"], "usage": used(reply)})


if __name__ == "__main__":
    run(ask)
