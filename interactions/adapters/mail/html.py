"""HTML of strangers: made safe to show, or turned into text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape, unescape
from html.parser import HTMLParser

import nh3

ALLOWED = (
    "a abbr b blockquote br caption center cite code col colgroup dd del div dl dt em h1 h2 h3 h4 h5 h6 hr i img ins"
    " kbd li ol p pre q s samp small span strong sub sup table tbody td tfoot th thead tr u ul"
)
DROPPED = "script style title head noscript template iframe object svg math form select textarea"
TAGS, DROPPED_WITH_CONTENT = set(ALLOWED.split()), set(DROPPED.split())
ATTRIBUTES = {
    "*": {"dir", "lang"},
    "a": {"href", "title"},
    "img": {"src", "alt", "width", "height"},
    "td": {"colspan", "rowspan", "align", "valign"},
    "th": {"colspan", "rowspan", "align", "valign", "scope"},
    "ol": {"start"},
}
LONGEST_HTML = 1_000_000
LONGEST_TEXT = 400_000
# Cleaning takes time in the square of the depth: twenty thousand nested tags cost seconds; a newsletter has hundreds.
MOST_TAGS = 10_000
# nh3 writes attributes quoted, with quotes inside them escaped: this cannot run past the end of the tag.
IMAGE = re.compile(r'<img(?:\s+[a-z-]+="[^"]*")*\s*/?>', re.IGNORECASE)
PARAGRAPHS = {"p", "blockquote", "table", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "pre"}
BLOCKS = PARAGRAPHS | {"div", "br", "tr", "li", "hr", "dt", "dd", "center", "caption"}


def safe_html(html: str, *, cid_urls: Mapping[str, str] | None = None) -> str:
    """The allow-listed part of an HTML mail: no scripts, styles, forms or remote images; links open apart.

    Images of the mail itself stay where `cid_urls` names an address for their Content-ID; every other image goes.
    Safe to apply again: a stored text keeps its cid: images, and the page that shows it gives their addresses.
    """
    html = _storable(html)[:LONGEST_HTML]
    if _too_many_tags(html):
        return f"<p>{escape(_stripped(html), quote=False)}</p>"
    known = cid_urls or {}

    def keep(tag: str, attribute: str, value: str) -> str | None:
        if tag == "img" and attribute == "src":
            return value if value.startswith("cid:") and _cid(value) in known else None
        if attribute == "href":
            return None if value.lower().startswith("cid:") else value
        if attribute in {"width", "height", "colspan", "rowspan", "start"}:
            return value if value.isdigit() and len(value) < 5 else None
        return value

    cleaned = nh3.clean(
        html,
        tags=TAGS,
        clean_content_tags=DROPPED_WITH_CONTENT,
        attributes=ATTRIBUTES,
        attribute_filter=keep,
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
        url_schemes={"http", "https", "mailto", "tel", "cid"},
        url_relative="deny",
    )

    def place(image: re.Match[str]) -> str:
        source = re.search(r'\ssrc="(cid:[^"]*)"', image[0])
        if source is None:
            return ""
        return image[0].replace(source[1], _attribute(known[_cid(source[1].replace("&amp;", "&"))]))

    return IMAGE.sub(place, cleaned).strip()


def text_of_html(html: str) -> str:
    """The words of an HTML mail, one block a line, quoted blocks marked with "> "."""
    html = _storable(html)[:LONGEST_HTML]
    if _too_many_tags(html):
        return _stripped(html)
    reader = _Words()
    try:
        allowed = nh3.clean(html, tags=TAGS - {"img"}, clean_content_tags=DROPPED_WITH_CONTENT)
        reader.feed(allowed)
        reader.close()
    except (AssertionError, ValueError):  # html.parser on input that even nh3 left odd
        return _stripped(html)
    return reader.text()[:LONGEST_TEXT]


def _too_many_tags(html: str) -> bool:
    return len(re.findall(r"<[a-zA-Z]", html)) > MOST_TAGS


def _stripped(html: str) -> str:
    """Words without tags, for input that is not worth a parser."""
    return " ".join(unescape(re.sub(r"<[^<>]*>", " ", html)).split())[:LONGEST_TEXT]


def _cid(value: str) -> str:
    return value[4:].strip().strip("<>")


def _attribute(url: str) -> str:
    return url.replace("&", "&amp;").replace('"', "%22").replace("<", "%3C").replace(">", "%3E")


def _storable(text: str) -> str:
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


class _Words(HTMLParser):
    """Collects text in lines; quoting depth follows blockquote."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = [""]
        self.depth = 0
        self.preformatted = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in BLOCKS:
            self._new_line(blank=tag in PARAGRAPHS, forced=tag == "br")
        if tag == "blockquote":
            self.depth += 1
        elif tag == "pre":
            self.preformatted += 1
        elif tag == "li":
            self.lines[-1] = self._prefix() + "- "
        elif tag in {"td", "th"} and self.lines[-1].strip("> "):
            self.lines[-1] += "  "

    def handle_endtag(self, tag: str) -> None:
        if tag == "blockquote":
            self.depth = max(0, self.depth - 1)
        elif tag == "pre":
            self.preformatted = max(0, self.preformatted - 1)
        if tag in BLOCKS and tag != "br":
            self._new_line(blank=tag in PARAGRAPHS)

    def handle_data(self, data: str) -> None:
        if self.preformatted:
            first, *others = data.split("\n")
            self._add(first)
            for line in others:
                self.lines.append("")
                self._add(line)
            return
        words = re.sub(r"[\s\u200b\u200c\ufeff]+", " ", data)
        if not self.lines[-1] or self.lines[-1].endswith((" ", "  ")):
            words = words.lstrip(" ")
        self._add(words)

    def text(self) -> str:
        """All lines, never more than one empty line in a row."""
        lines = [line.rstrip() for line in self.lines]
        return re.sub(r"\n(?:(?:> ?)*\n){2,}", "\n\n", "\n".join(lines)).strip()

    def _add(self, words: str) -> None:
        if words:
            self.lines[-1] = (self.lines[-1] or self._prefix()) + words

    def _prefix(self) -> str:
        return "> " * min(self.depth, 20)

    def _new_line(self, *, blank: bool, forced: bool = False) -> None:
        if self.lines[-1].strip() or forced:
            self.lines.append("")
        if blank and len(self.lines) > 1 and self.lines[-2].strip():
            self.lines.append("")
