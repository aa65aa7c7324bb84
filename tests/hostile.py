"""One table of words that were not sent in good faith, for every door: what is sent, and what is kept, if anything."""

REFUSED = {
    "nul": "Ann\0Archer",
    "nul alone": "\0",
}

# No address or form can carry these, but JSON can.
REFUSED_IN_JSON = {**REFUSED, "half a surrogate": "Ann\ud800Archer"}

EMPTY = {
    "spaces": "  \t ",
    "controls": "\x07\x1b\x7f\x9b",
    "an open override": "\u202e",
    "invisible": "\u200b\u2060\ufeff",
}

KEPT = {
    "spaces around": ("  Ann Archer  ", "Ann Archer"),
    "control characters": ("Ann\x07 \x1b[31mArcher\x7f", "Ann [31mArcher"),
    "an override": ("Ann \u202erehcrA", "Ann rehcrA"),
    "an isolate left open": ("Ann \u2066Archer", "Ann Archer"),
    "a mark inside Hebrew": ("\u05d0\u05e0\u05d4\u200f 7", "\u05d0\u05e0\u05d4\u200f 7"),
    "joined emoji": ("Ann \U0001f469\u200d\U0001f527", "Ann \U0001f469\u200d\U0001f527"),
    "letters apart from their accents": ("Ine\u0301s", "In\u00e9s"),
    "markup": ("<b>Ann</b> & 'co'", "<b>Ann</b> & 'co'"),
}
