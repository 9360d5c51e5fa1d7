"""Where Strata means to differ from the oracle: which texts, in what, and why.

A divergence tells how the oracle's text would read if it were as Strata means it. An answer that has the text so passes as
diverging on purpose; one that has the oracle's own text fails, because the divergence no longer holds.
"""
import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Divergence:
    name: str
    kind: str
    text: str  # the key of the text
    digest: str  # the key of its SHA-256, "" where there is none
    when: str  # what the oracle's text must have
    oracle: str  # what of it reads otherwise
    strata: str  # and how
    why: str

    def apply(self, kind, expected):
        """The expected answer as Strata means it, or None where this divergence has nothing to say."""
        text = expected.get(self.text) if kind == self.kind and isinstance(expected, dict) else None
        if not isinstance(text, str) or not re.search(self.when, text):
            return None
        changed, count = re.subn(self.oracle, lambda _: self.strata, text, count=1)
        if not count:
            return None
        answer = dict(expected, **{self.text: changed})
        if self.digest and self.digest in expected:
            answer[self.digest] = hashlib.sha256(changed.encode("utf-8", "surrogateescape")).hexdigest()
        return answer


def read(path):
    return [Divergence(**entry) for entry in json.loads(Path(path).read_text(encoding="utf-8"))]
