"""Asks a language model once a day: any server with a chat-completions endpoint. Needs no package.

    strategy = { kind = "process", command = ["python3", "model.py"], network = true, decision_ms = 60000,
                 env = ["MODEL_URL", "MODEL_NAME", "MODEL_KEY"], decide = { every = "1d" } }
MODEL_URL is the whole address, such as http://localhost:8080/v1/chat/completions.
"""
import json
import os
import sys
import urllib.request

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


def decide(message):
    known = {key: message[key] for key in ("time", "bars", "positions", "cash", "equity")}
    reply = ask(json.dumps(known))
    answer = json.loads(reply["choices"][0]["message"]["content"])
    usage = reply.get("usage", {})
    return {
        "type": "act",
        "decision": message["decision"],
        "orders": [{"symbol": symbol, "side": "buy", "equity_pct": 10} for symbol in answer["buy"]],
        "closes": answer["sell"],
        "note": answer["why"],
        "usage": {"model": reply.get("model"), "input_tokens": usage.get("prompt_tokens", 0),
                  "output_tokens": usage.get("completion_tokens", 0)},
    }


for line in sys.stdin:
    message = json.loads(line)
    if message["type"] == "hello":
        send({"type": "ready", "protocol": message["protocol"], "timeframe": "1d"})
    elif message["type"] == "decide":
        send(decide(message))
