"""The new words of an answer, and the language they are in."""

from __future__ import annotations

import re

from mailparser_reply import EmailReplyParser

LANGUAGES = ("en", "es")
# The parser's regular expressions go quadratic on endless lines; a person's new words are short and come first.
LONGEST_PARSED, LONGEST_LINE = 12_000, 800
ENGLISH = "the and you your for with this that have not is are was my please thanks thank hello would could order but"
SPANISH = "el la los las que de en por para con una un mi su no es gracias hola pedido pero quiero favor usted ha he"
COMMON_WORDS = {"en": frozenset(ENGLISH.split()), "es": frozenset(SPANISH.split())}


def new_words(text: str, language: str = "") -> str:
    """What the writer added, without quoted history; everything when nothing would be left."""
    text = text.strip()
    if not text:
        return ""
    head = _before_attribution(text[:LONGEST_PARSED]) or text[:LONGEST_PARSED]
    if any(len(line) > LONGEST_LINE for line in head.splitlines()):
        return _without_quotes(text) or text
    first, second = ("es", "en") if language == "es" else ("en", "es")
    reply = EmailReplyParser(languages=[first, second]).parse_reply(head) or ""
    if len(head) == LONGEST_PARSED and len(reply) >= len(head.strip()) - 2:
        return _without_quotes(text)  # no history within sight: the whole long mail is new
    return _without_quotes(reply) or text


def guess_language(text: str, declared: str = "") -> str:
    """ "en" or "es" by a header that says so or by common words; empty when unsure."""
    words = re.findall(r"[a-záéíóúñü]+", text[:5000].lower())
    score = {language: sum(word in common for word in words) for language, common in COMMON_WORDS.items()}
    if "¿" in text or "¡" in text:
        score["es"] += 3
    best, other = sorted(score, key=lambda language: score[language], reverse=True)
    if score[best] >= 2 and score[best] > 1.5 * score[other]:
        return best
    named = declared.strip().lower()[:2]
    return named if named in LANGUAGES else ""


def _before_attribution(text: str) -> str:
    """What stands above "On ... wrote:" or "El ... escribió:", which mail programs break over two or three lines."""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if not line.startswith(("On ", "El ")):
            continue
        for length in (1, 2, 3):
            joined = " ".join(lines[number : number + length]).rstrip()
            if len(joined) < 400 and joined.endswith((" wrote:", " escribió:")):
                return "\n".join(lines[:number]).strip()
    return ""


def _without_quotes(text: str) -> str:
    """Drop trailing quoted lines; quotes that are answered in between stay."""
    lines = text.rstrip().split("\n")
    while lines and (not lines[-1].strip() or lines[-1].lstrip().startswith(">")):
        lines.pop()
    return "\n".join(lines).strip()
