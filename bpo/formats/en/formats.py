"""English dates as all pages write them: 27 Nov 2026, 17:16. Our agents and clients sit in many countries."""

DATE_FORMAT = "j M Y"
DATETIME_FORMAT = "j M Y, H:i"
