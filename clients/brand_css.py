"""A client's colour tokens, computed from one colour; pure, knows neither models nor requests."""

import colorsys
import re
from collections.abc import Callable

COLOUR = re.compile(r"#?([0-9a-fA-F]{6}|[0-9a-fA-F]{3})")

Rgb = tuple[int, int, int]

WHITE = "#ffffff"
INK = "#14171b"
LIGHT_SURFACE = "#ffffff"
DARK_SURFACE = "#16191d"
TEXT_CONTRAST = 4.5
MARK_CONTRAST = 3.0
DARK_TEXT_CONTRAST = 6.5  # thin coloured words glow less than the figure says
DARK_MARK_CONTRAST = 4.0


def normal_colour(colour: str) -> str:
    """The colour as `#rrggbb`; a ValueError says what a colour must look like."""
    found = COLOUR.fullmatch(colour.strip())
    if not found:
        raise ValueError(f"“{colour}” is not a colour. Write it as # and six digits, such as #0b5f6b.")
    digits = found.group(1).lower()
    return "#" + (digits if len(digits) == 6 else "".join(digit * 2 for digit in digits))


def _rgb(colour: str) -> Rgb:
    digits = normal_colour(colour)[1:]
    return int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)


def _luminance(colour: str) -> float:
    parts = [channel / 255 for channel in _rgb(colour)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(a: str, b: str) -> float:
    """WCAG contrast of two colours, from 1 to 21."""
    lighter, darker = sorted((_luminance(a), _luminance(b)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def mix(colour: str, other: str, share: float) -> str:
    """The colour with a share (0 to 1) of the other in it."""
    pairs = zip(_rgb(colour), _rgb(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def text_on(colour: str) -> str:
    """White or near-black, whichever reads better on the colour; white where both are good enough."""
    if contrast(colour, WHITE) >= TEXT_CONTRAST:
        return WHITE
    return max((WHITE, INK), key=lambda text: contrast(colour, text))


def check_brand_colour(colour: str) -> None:
    """Raise a ValueError with a sentence when the colour is malformed or no text can be read on it."""
    text = text_on(normal_colour(colour))
    reached = contrast(colour, text)
    if reached < TEXT_CONTRAST:
        name = "white" if text == WHITE else "near-black"
        raise ValueError(
            f"Text cannot be read well on {normal_colour(colour)}: {name} reaches {reached:.1f} : 1, "
            f"{TEXT_CONTRAST} : 1 is needed. Choose it a little darker or lighter."
        )


def _until(colour: str, lightness: float, good: Callable[[str], bool]) -> str:
    """The colour, its hue and strength kept, moved towards a lightness (0 or 1) in small steps until it is good."""
    hue, start, saturation = colorsys.rgb_to_hls(*(channel / 255 for channel in _rgb(colour)))
    for step in range(101):
        moved = start + (lightness - start) * step / 100
        candidate = "#" + "".join(f"{round(part * 255):02x}" for part in colorsys.hls_to_rgb(hue, moved, saturation))
        if good(candidate):
            return candidate
    return WHITE if lightness else "#000000"


def brand_block(selector: str, colour: str) -> str:
    """The stylesheet of one client: every brand token for the selector, light and dark.

    deep is the pressed state, text the colour as words, tint a wash behind the client's words, edge a mark of 3 : 1.
    """
    check_brand_colour(colour)
    brand, on = normal_colour(colour), text_on(colour)
    deep = mix(brand, "#000000" if on == WHITE else WHITE, 0.22)
    light_tint, dark_tint = mix(brand, LIGHT_SURFACE, 0.92), mix(brand, DARK_SURFACE, 0.78)

    def moved(lightness: float, least: float, *backgrounds: str) -> str:
        return _until(brand, lightness, lambda c: all(contrast(c, b) >= least for b in backgrounds))

    light = {
        "text": moved(0, TEXT_CONTRAST, LIGHT_SURFACE, light_tint),
        "tint": light_tint,
        "edge": moved(0, MARK_CONTRAST, LIGHT_SURFACE),
    }
    dark = {
        "text": moved(1, DARK_TEXT_CONTRAST, DARK_SURFACE, dark_tint),
        "tint": dark_tint,
        "edge": moved(1, DARK_MARK_CONTRAST, DARK_SURFACE),
    }
    both = "".join(f"  --brand-{name}: light-dark({light[name]}, {dark[name]});\n" for name in light)
    plain = " ".join(f"--brand-{name}: {value};" for name, value in light.items())
    return (
        f"{selector} {{\n  --brand: {brand}; --brand-deep: {deep}; --brand-on: {on};\n{both}}}\n"
        f"@supports not (color: light-dark(#000, #fff)) {{ {selector} {{ {plain} }} }}\n"
    )
