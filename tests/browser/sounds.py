"""Voices for the tests of calls: each browser's microphone plays a tone, and what a page receives is measured.

A page that received bytes may still be silent, so its sound is judged by energy and pitch, over two seconds.
"""

from __future__ import annotations

import math
import wave
from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.living import BROWSER_FLAGS, Product, Watch, complaint, session_of

RATE = 48_000
WINDOW = 2.0
NEAR = 30.0  # Hz: the pitch is read from bins of 48,000 / 4,096

# Every connection and every sound of the page is kept, for the test alone.
NOTED = """
    window.__talks = [];
    const Made = window.RTCPeerConnection;
    window.RTCPeerConnection = class extends Made { constructor(...a) { super(...a); window.__talks.push(this); } };
    window.__sounds = [];
    const Sound = window.Audio;
    window.Audio = class extends Sound { constructor(...a) { super(...a); window.__sounds.push(this); } };
    window.__taps = new Map();
    const { connect } = AudioNode.prototype;
    AudioNode.prototype.connect = function (to, ...more) {
        if (to instanceof AudioDestinationNode && !(this.context instanceof OfflineAudioContext)) {
            if (!window.__taps.has(this.context)) {
                const analyser = new AnalyserNode(this.context, { fftSize: 4096, smoothingTimeConstant: 0 });
                window.__taps.set(this.context, analyser);
            }
            connect.call(this, window.__taps.get(this.context));
        }
        return connect.call(this, to, ...more);
    };
"""
# Over the window: the loudest pitch of what the page itself plays, and how loud it is; no voice comes by this way.
PLAYED = """async (seconds) => {
    const bins = new Float32Array(2048), sums = new Float64Array(bins.length);
    let analyser = null;
    for (let n = 0; n < 10 * seconds; n += 1) {
        await new Promise((next) => setTimeout(next, 100));
        analyser ??= [...window.__taps].find(([context]) => context.state === "running")?.[1];
        if (!analyser) continue;  // nothing has sounded yet
        analyser.getFloatFrequencyData(bins);
        bins.forEach((value, bin) => { sums[bin] += 10 ** (Math.max(value, -160) / 10); });
    }
    if (!analyser) return [0, 0];
    const loudest = sums.reduce((best, value, bin) => (value > sums[best] ? bin : best), 0);
    return [(loudest * analyser.context.sampleRate) / analyser.fftSize, 1e6 * sums[loudest]];
}"""
# Of what kind this side's end of the way is, of each connection.
WAYS = """async () => {
    const found = [];
    for (const talk of window.__talks.filter((each) => each.connectionState === "connected")) {
        const reports = [...(await talk.getStats()).values()];
        const pair = reports.find((each) => each.type === "candidate-pair" && each.nominated);
        found.push(reports.find((each) => each.id === pair?.localCandidateId)?.candidateType);
    }
    return found;
}"""
# By what each connection's own side is known in its present way: another after ICE was restarted.
NAMES = """() => window.__talks.filter((each) => each.connectionState !== "closed")
    .map((each) => /ice-ufrag:(\\S+)/.exec(each.currentLocalDescription?.sdp)?.[1] ?? "")"""
# Over the window: energy that came and the loudest pitch, of each connection that is open.
MEASURED = """async (seconds) => {
    const found = [];
    for (const talk of window.__talks.filter((each) => each.connectionState === "connected")) {
        const receiver = talk.getReceivers().find((each) => each.track?.kind === "audio");
        if (!receiver) continue;
        const energy = async () => {
            for (const report of (await talk.getStats(receiver.track)).values())
                if (report.type === "inbound-rtp") return report.totalAudioEnergy ?? 0;
            return 0;
        };
        const context = new AudioContext({ sampleRate: 48000 });
        const analyser = context.createAnalyser();
        analyser.fftSize = 4096;
        analyser.smoothingTimeConstant = 0;
        context.createMediaStreamSource(new MediaStream([receiver.track])).connect(analyser);
        const bins = new Float32Array(analyser.frequencyBinCount), sums = new Float64Array(bins.length);
        const before = await energy();
        for (let n = 0; n < 10 * seconds; n += 1) {
            await new Promise((next) => setTimeout(next, 100));
            analyser.getFloatFrequencyData(bins);
            bins.forEach((value, bin) => { sums[bin] += 10 ** (Math.max(value, -160) / 10); });
        }
        const loudest = sums.reduce((best, value, bin) => (value > sums[best] ? bin : best), 0);
        const its = window.__sounds.filter((each) => each.srcObject?.getTracks()[0]?.id === receiver.track.id);
        const playing = its.some((each) => !each.paused && !each.muted);
        found.push({ energy: (await energy()) - before, pitch: loudest * 48000 / analyser.fftSize, playing });
        await context.close();
    }
    return found;
}"""


@dataclass(frozen=True, slots=True)
class Heard:
    """What one page received of one other in the window."""

    energy: float
    pitch: float
    playing: bool

    def is_tone(self, pitch: float) -> bool:
        """Whether it is this voice, and sounds."""
        return self.playing and self.energy > 0.01 and abs(self.pitch - pitch) < NEAR


def heard(page: Page, *, seconds: float = WINDOW) -> list[Heard]:
    """Everything the page receives, one entry a connection."""
    return [Heard(**each) for each in page.evaluate(MEASURED, seconds)]


def hears(page: Page, *pitches: float, seconds: float = WINDOW) -> bool:
    """Whether the page hears exactly these voices; connections that bring no sound do not count."""
    return _are(heard(page, seconds=seconds), pitches)


def hear(*people: tuple[Any, ...]) -> bool:
    """Whether each page hears exactly these voices, in one window of time: a page and its pitches for each."""
    for page, *_pitches in people:
        page.evaluate(f"(seconds) => {{ window.__measured = ({MEASURED})(seconds); }}", WINDOW)
    found = [[Heard(**each) for each in page.evaluate("() => window.__measured")] for page, *_pitches in people]
    return all(_are(each, pitches) for each, (_page, *pitches) in zip(found, people, strict=True))


def _are(all_heard: list[Heard], pitches: Sequence[float]) -> bool:
    audible = [each for each in all_heard if each.energy > 0.01]
    return len(audible) == len(pitches) and all(any(each.is_tone(pitch) for each in audible) for pitch in pitches)


def plays(page: Page, pitch: float) -> bool:
    """Whether the page itself sounds with this pitch; 0 for silence."""
    loudest, power = page.evaluate(PLAYED, WINDOW)
    return power < 1 if not pitch else power > 1 and abs(loudest - pitch) < NEAR


@contextmanager
def playing(page: Page, pitch: float) -> Iterator[None]:
    """In the two seconds from the block on this is the pitch with which the page itself sounds most."""
    page.evaluate(f"(seconds) => {{ window.__played = ({PLAYED})(seconds); }}", WINDOW)
    yield
    loudest, power = page.evaluate("() => window.__played")
    assert power > 1 and abs(loudest - pitch) < NEAR, (loudest, power)


def ways(page: Page) -> set[str]:
    """The kinds of the ways its voice goes: host, srflx, prflx or relay."""
    return set(page.evaluate(WAYS))


def names_of_ways(page: Page) -> list[str]:
    """One of each connection that is open; another once new ways were looked for."""
    return list(page.evaluate(NAMES))


def tone(folder: Path, pitch: int) -> Path:
    """A file with ten seconds of this tone, which a browser's false microphone repeats."""
    path = folder / f"{pitch}.wav"
    if not path.exists():
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            # With breaks, as a voice: an even tone is taken for noise and suppressed.
            spoken = (n % RATE < 0.6 * RATE for n in range(RATE))
            second = (int(on * 12_000 * math.sin(2 * math.pi * pitch * n / RATE)) for n, on in enumerate(spoken))
            file.writeframes(array("h", second).tobytes() * 10)
    return path


class Voices:
    """A browser for each pitch, for the microphone is the browser's; begun when it is first asked for."""

    def __init__(self, kind: Any, chromium: str, folder: Path) -> None:
        self.kind, self.chromium, self.folder = kind, chromium, folder
        self._browsers: dict[int, Any] = {}

    def of(self, pitch: int) -> Any:
        """The browser that speaks with this pitch; another one where it died."""
        browser = self._browsers.get(pitch)
        if browser is None or not browser.is_connected():
            flags = [*BROWSER_FLAGS, f"--use-file-for-fake-audio-capture={tone(self.folder, pitch)}"]
            browser = self._browsers[pitch] = self.kind.launch(executable_path=self.chromium, args=flags)
        return browser

    def close(self) -> None:
        """All of them."""
        for browser in self._browsers.values():
            browser.close()


@contextmanager
def people(voices: Voices, live: Product, watch: Watch) -> Iterator[Callable[..., Page]]:
    """Makes pages whose people speak with a pitch of their own; each has its own cookies."""
    contexts: list[Any] = []

    def open_page(pitch: int, *, user: Any = None, **options: Any) -> Page:
        settings = {
            "base_url": live.url,
            "timezone_id": "UTC",
            "locale": "en-GB",
            "permissions": ["microphone"],
            **options,
        }
        context = voices.of(pitch).new_context(**settings)
        contexts.append(context)
        context.set_default_timeout(20_000)
        context.add_init_script(NOTED)
        if user is not None:
            context.add_cookies([{"name": "sessionid", "value": session_of(user), "url": live.url}])
        page: Page = context.new_page()
        page.on("console", lambda said: said.type == "error" and watch.complaints.append(complaint(said, page)))
        page.on("pageerror", lambda error: watch.complaints.append(f"script: {error} ({page.url})"))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not watch.unexpected(), "\n".join(watch.unexpected())
