"""Writes text-metrics.json: pairs of texts with the scores that sacrebleu and rouge-score give them.

    python3 -m venv VENV && VENV/bin/pip install sacrebleu==2.6.0 rouge-score==0.1.2
    VENV/bin/python make-text-metrics.py > text-metrics.json
"""

import json
import random
from importlib.metadata import version

from rouge_score.rouge_scorer import RougeScorer
from sacrebleu.metrics import BLEU, CHRF

RANDOM = random.Random(20261201)
WORDS = (
    "the cat sat on mat a of it's don't U.S. 3.14 1,000 -5 2-3 10- e-mail (see) [1] \"quoted\" end. yes, no; why? "
    "über Straße naïve Ελλάδα Москва 作る 東京 漢字かな 日本語の文 한국어 नमस्ते مرحبا שלום 😀 👩‍👩‍👧 e\u0301 \u212b İstanbul "
    "&amp; &quot;x&quot; <skipped> http://a.b/c?d=e a_b x--y … “curly” ‘single’ 50% $9.99 €5 C++ #tag @me well-known"
).split()
SPACES = [" ", " ", " ", " ", "  ", "\n", "\t", "\u00a0", "\u3000", "-\n", "\r\n", "\x1f", ""]
ODD = [
    "", " ", "\n", ".", "...", "-", "a", "A", "作", "a b", "a b c d", "a b c d e", "0", "1.5", ".5", "5.", "a.b", "a..b",
    "1..2", ",,", "a,b,c", "1,2,3", "1-2-3", "--", "&lt;b&gt;", "&amp;quot;", "\u200b", "\ufeffa", "e\u0301", "é", "ﬁ",
    "Σίσυφος ΣΑΣ", "İ", "\u212a", "😀😀", "漢字 かな 漢字", "The the THE", "a-\nb", "a\x85b", "a\x1cb", "{x|y}~[z]\\^_`",
    "the cat the cat the cat the cat", "2\u2009000", "\u2028", "１２３", "½ + ²", "\U0001d54f\U00020000\U0002f800",
]


def text():
    if RANDOM.random() < 0.05:
        return RANDOM.choice(ODD)
    return "".join(RANDOM.choice(WORDS) + RANDOM.choice(SPACES) for _ in range(RANDOM.randrange(0, 30)))


def changed(source):
    words = source.split(" ")
    for _ in range(RANDOM.randrange(0, 6)):
        place = RANDOM.randrange(0, len(words) + 1)
        action = RANDOM.random()
        if action < 0.4 and place < len(words):
            del words[place]
        elif action < 0.8:
            words.insert(place, RANDOM.choice(WORDS))
        else:
            RANDOM.shuffle(words)
    return " ".join(words)


def pairs():
    for one in ODD:
        yield one, [one]
        yield one, [RANDOM.choice(ODD)]
    for _ in range(260):
        references = [text() for _ in range(RANDOM.choice([1, 1, 1, 2, 3]))]
        yield (changed(references[0]) if RANDOM.random() < 0.8 else text()), references
    long = " ".join(RANDOM.choice(WORDS) for _ in range(400))
    yield changed(long), [long]


def main():
    bleu = {
        name: BLEU(effective_order=True, tokenize=tokenizer, lowercase=lowercase)
        for name, tokenizer, lowercase in [
            ("bleu", "13a", False), ("bleu-char", "char", False), ("bleu-zh", "zh", False), ("bleu-none", "none", False),
            ("bleu-lower", "13a", True),
        ]
    }
    chrf = {"chrf": CHRF(), "chrf++": CHRF(word_order=2), "chrf-lower": CHRF(lowercase=True)}
    rouge = RougeScorer(["rouge1", "rouge2", "rouge3", "rougeL"])
    rows = []
    for answer, references in pairs():
        scores = {name: metric.sentence_score(answer, references).score for name, metric in (bleu | chrf).items()}
        for name, score in rouge.score_multi(references, answer).items():
            scores[name] = [float(score.precision), float(score.recall), float(score.fmeasure)]
        rows.append({"answer": answer, "references": references, "scores": scores})
    versions = {name: version(name) for name in ["sacrebleu", "rouge-score"]}
    print(json.dumps({"versions": versions, "pairs": len(rows)}, indent=None)[:-1] + ', "rows": [')
    print(",\n".join(json.dumps(row) for row in rows))
    print("]}")


main()
