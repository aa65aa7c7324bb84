"""What our customer pages say by themselves, in English and Spanish; the client's own texts are in `clients.texts`."""

from __future__ import annotations

from clients.models import Client
from clients.words_catalogue import WORDS

LANGUAGES = ("en", "es")


def say(key: str, language: str, **values: object) -> str:
    """The words of that key with {placeholders} filled in. An unknown key is a mistake of ours: KeyError."""
    entry = WORDS[key]
    found = entry.get(language) or entry["en"]
    return found.format(**values) if values else found


def script_words(language: str, of: str = "chat") -> dict[str, str]:
    """What the script of the chat window (or of the call page) says, by key without the prefix."""
    return {key.removeprefix(f"{of}."): say(key, language) for key in WORDS if key.startswith(f"{of}.")}


def language_for(client: Client, *wanted: str, accept: str = "") -> str:
    """The first wished language in which this client serves customers: asked for, then the browser's, then its own."""
    served = [code for code in client.languages or [client.default_language] if code in LANGUAGES] or ["en"]
    for code in (*wanted, *_browser_languages(accept)):
        if code[:2].lower() in served:
            return code[:2].lower()
    return client.default_language if client.default_language in served else served[0]


def _browser_languages(accept: str) -> list[str]:
    weighted: list[tuple[float, int, str]] = []
    for position, part in enumerate(accept[:500].split(",")):
        code, _, quality = part.strip().partition(";q=")
        try:
            weight = float(quality) if quality else 1.0
        except ValueError:
            continue
        if code:
            weighted.append((-weight, position, code))
    return [code for _, _, code in sorted(weighted)]
