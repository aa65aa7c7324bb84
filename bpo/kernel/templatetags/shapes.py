"""Our own small drawings: state shapes on 12 units, symbols and step kinds on 16 units."""

# Filled shapes: each state has its own, so that colour is never alone.
SOLID: dict[str, str] = {
    "dot": '<circle cx="6" cy="6" r="5"/>',
    "half": '<path fill-rule="evenodd" d="M6 1a5 5 0 1 0 0 10A5 5 0 0 0 6 1Zm0 1.4v7.2a3.6 3.6 0 0 1 0-7.2Z"/>',
    "triangle": '<path fill-rule="evenodd" d="M6 .6 11.8 11.2H.2ZM5.3 4.4h1.4v3.3H5.3Zm0 4.2h1.4v1.4H5.3Z"/>',
    "wave": '<path d="M1 4.3h2v3.4H1ZM3.7 1.5h2v9h-2ZM6.4 3h2v6h-2ZM9.1 4.3h2v3.4h-2Z"/>',
    "pause-bars": '<path d="M2 1.5h3v9H2Zm5 0h3v9H7Z"/>',
    "octagon": '<path fill-rule="evenodd" d="M3.6.5h4.8l3.1 3.1v4.8l-3.1 3.1H3.6L.5 8.4V3.6ZM5.3 2.8h1.4v3.9H5.3Z'
    'm0 5h1.4v1.4H5.3Z"/>',
}

# Hollow shapes on the same 12 units.
HOLLOW: dict[str, str] = {
    "ring": '<circle cx="6" cy="6" r="4.5"/>',
    "octagon-hollow": '<path d="M3.8 1h4.4L11 3.8v4.4L8.2 11H3.8L1 8.2V3.8ZM6 3.5v3M6 8.3v.2"/>',
}

# Symbols on 16 units that the icon set lacks or draws too finely for 16 px.
OWN: dict[str, str] = {
    "talking": '<path d="M2.5 6.5v3M6.2 3.5v9M9.8 5v6M13.5 6.5v3" stroke-width="2.2"/>',
    "hold": '<path d="M5.5 3v10M10.5 3v10" stroke-width="2"/>',
    "bars": '<g fill="currentColor" stroke="none"><rect x="2" y="10" width="2.2" height="3.5" rx=".6"/>'
    '<rect x="5.3" y="7.7" width="2.2" height="5.8" rx=".6"/><rect x="8.6" y="5.2" width="2.2" height="8.3" rx=".6"/>'
    '<rect x="11.9" y="2.5" width="2.2" height="11" rx=".6"/></g>',
    "keypad": '<g fill="currentColor" stroke="none">'
    + "".join(f'<circle cx="{x}" cy="{y}" r="1.2"/>' for y in ("3.5", "8", "12.5") for x in ("3.8", "8", "12.2"))
    + "</g>",
    "headset": '<path d="M2.7 10.5V8a5.3 5.3 0 0 1 10.6 0v2.5"/><rect x="2" y="9" width="2.6" height="4" rx="1"/>'
    '<rect x="11.4" y="9" width="2.6" height="4" rx="1"/>',
    "mic-off": '<path d="M10 4.6v-.8a2 2 0 0 0-3.8-.9M6 6v1.5a2 2 0 0 0 3.1 1.7M3.8 7.5a4.2 4.2 0 0 0 6.7 3.4'
    'M12.2 7.5c0 .6-.1 1.2-.4 1.8M8 11.7V14M5.8 14h4.4M2.5 2.5l11 11"/>',
    "hangup": '<path d="M1.7 9.3c-.4-.9 0-1.8.8-2.3a10.6 10.6 0 0 1 11 0c.8.5 1.2 1.4.8 2.3l-.4 1-3-.7-.3-1.9'
    'a7.6 7.6 0 0 0-5.2 0l-.3 1.9-3 .7z"/>',
    "theme-auto": '<circle cx="8" cy="8" r="5.5"/><path d="M8 2.5a5.5 5.5 0 0 1 0 11z" '
    'fill="currentColor" stroke="none"/>',
    "back": '<path d="M13.5 4.7v2a2 2 0 0 1-2 2H3"/><path d="M5.8 5.7 2.7 8.7l3.1 3"/>',
    "late": '<path d="M8 2.3 14.3 13.3H1.7z"/><path d="M8 6.5v3.2M8 11.5v.1"/>',
    "swap": '<path d="M2 3h12v10H2zM9 3v10"/>',
    "bill": '<path d="M3.5 2h9v12l-2.2-1.3L8 14l-2.3-1.3L3.5 14zM6 5.5h4M6 8.3h4"/>',
    "product": '<circle cx="6" cy="5.2" r="2.5"/><path d="M1.7 13.2c.3-2.6 2-4 4.3-4s4 1.4 4.3 4'
    'M10.6 2.9a2.5 2.5 0 0 1 0 4.7M12 9.6c1.4.6 2.2 1.9 2.4 3.6"/>',
    "plane": '<path d="M1.5 12.3c4-.5 8-3.5 13-9.3-.8 5-3.5 8-7 9.5M1.5 12.3l4-3.5" stroke-width="1.8"/>',
    "kind-say": '<path d="M2.5 3.5h11v7H7l-2.5 2.3v-2.3h-2Z"/>',
    "kind-collect": '<path d="M2.5 5h11v6h-11ZM5 7v2"/>',
    "kind-verify": '<path d="M8 2l5 2v3.5c0 3-2 5.3-5 6.5-3-1.2-5-3.5-5-6.5V4Zm-2.2 6L7.5 9.7 10.4 6.5"/>',
    "kind-choose": '<path d="M8 2v4M8 6C8 9 4 9 4 13M8 6c0 3 4 3 4 7M2.5 11.5 4 13l1.5-1.5M10.5 11.5 12 13l1.5-1.5"/>',
    "kind-decide": '<path d="m8 2 6 6-6 6-6-6Z"/>',
    "kind-sub": '<path d="M3 3h10v10H3Zm5 2.5v5M5.5 8h5"/>',
    "kind-act": '<path d="M9 2 4 9h3.5L7 14l5-7H8.5Z"/>',
    "kind-close": '<path d="m3 8.5 3.5 3.5L13 4.5"/>',
}

# Short names of ours for drawings of the icon set (outline).
NAMES: dict[str, str] = {
    "add": "plus",
    "alert": "exclamation-triangle",
    "attach": "paper-clip",
    "bold": "bold",
    "calendar": "calendar",
    "callback": "phone-arrow-up-right",
    "cart": "shopping-cart",
    "case": "briefcase",
    "chart": "chart-bar",
    "chat": "chat-bubble-left",
    "check": "check",
    "client": "building-office-2",
    "clock": "clock",
    "close": "x-mark",
    "copy": "document-duplicate",
    "cross": "x-mark",
    "dark": "moon",
    "down": "chevron-down",
    "download": "arrow-down-tray",
    "edit": "pencil-square",
    "email": "envelope",
    "external": "arrow-top-right-on-square",
    "eye": "eye",
    "file": "document-text",
    "filter": "funnel",
    "flag": "flag",
    "flow": "share",
    "gear": "cog-6-tooth",
    "globe": "globe-alt",
    "help": "question-mark-circle",
    "history": "arrow-uturn-left",
    "image": "photo",
    "inbox": "inbox",
    "info": "information-circle",
    "key": "key",
    "keys": "command-line",
    "left": "chevron-left",
    "light": "sun",
    "line": "queue-list",
    "link": "link",
    "list": "list-bullet",
    "lock": "lock-closed",
    "mail": "envelope",
    "menu": "bars-3",
    "merge": "arrows-pointing-in",
    "mic": "microphone",
    "more": "ellipsis-horizontal",
    "move": "arrow-right-start-on-rectangle",
    "never": "no-symbol",
    "offline": "signal-slash",
    "park": "inbox",
    "pause": "pause",
    "people": "users",
    "person": "user",
    "phone": "phone",
    "play": "play",
    "plus": "plus",
    "queue": "queue-list",
    "record": "pause-circle",
    "refresh": "arrow-path",
    "right": "chevron-right",
    "rules": "adjustments-horizontal",
    "script": "clipboard-document-list",
    "search": "magnifying-glass",
    "send": "paper-airplane",
    "shield": "shield-check",
    "sign-out": "arrow-right-start-on-rectangle",
    "skill": "academic-cap",
    "smile": "face-smile",
    "sound": "speaker-wave",
    "sound-off": "speaker-x-mark",
    "star": "star",
    "survey": "face-smile",
    "tag": "tag",
    "text": "chat-bubble-bottom-center-text",
    "transfer": "arrows-right-left",
    "trash": "trash",
    "redo": "arrow-uturn-right",
    "undo": "arrow-uturn-left",
    "up": "chevron-up",
    "upload": "arrow-up-tray",
    "voice": "phone",
    "wait": "clock",
}

# State -> shape. The word always stands beside it.
STATE_SHAPES: dict[str, str] = {
    "ok": "dot", "wrap": "half", "breach": "triangle", "talk": "wave", "away": "pause-bars", "else": "ring",
    "fix": "octagon", "look": "octagon-hollow", "quiet": "ring", "mid": "ring",
}  # fmt: skip
