"""The agent of model.py with a stub in place of its server: no key, no network, the same answers every time.

    strategy = { kind = "process", command = ["python3", "model_stub.py"], decide = { every = "1d" } }
It buys what rose most since its last decision and sells the rest of what it holds.
"""
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import model

os.environ.update(MODEL_PRICE_IN="0.15", MODEL_PRICE_OUT="0.60")


def stub(question):
    known = json.loads(question)
    rise = {symbol: float(bars[-1]["close"]) / float(bars[0]["open"]) for symbol, bars in known["bars"].items()}
    best = max(rise, key=rise.get, default=None)
    held = known["positions"]
    answer = json.dumps({"buy": [best] if best and best not in held else [],
                         "sell": [symbol for symbol in held if symbol != best], "why": f"{best} rose most"})
    return {"model": "stub-1", "choices": [{"message": {"content": answer}}],
            "usage": {"prompt_tokens": len(question) // 4, "completion_tokens": len(answer) // 4}}


model.run(stub)
