"""The client's own sounds: greeting, message after hours and music; uploaded, heard, replaced, removed."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bpo.kernel import ranges
from bpo.kernel.errors import InvalidValue
from bpo.kernel.sounds import AUDIBLE
from clients import sounds, texts
from clients.forms.company import spoken
from clients.models import BrandSound, Client, SoundKind, TextKind
from clients.setup_gate import SetupRequest, for_setup
from clients.views.setup import page

# What is read where there is no sound, and beside it.
READ = {SoundKind.GREETING: TextKind.WAITING, SoundKind.AFTER_HOURS: TextKind.AFTER_HOURS}


@dataclass(slots=True)
class Slot:
    """One place for a sound."""

    kind: SoundKind
    language: str
    named: str
    """The language's name; empty for music."""
    read: str
    sound: BrandSound | None
    problem: str = ""

    @property
    def key(self) -> str:
        """Its name on the page."""
        return f"{self.kind}-{self.language or 'all'}"


@for_setup()
def sounds_of(request: SetupRequest) -> HttpResponse:
    """All places for sounds with what is there; a file that is posted takes one of them."""
    slots = _slots(request.client)
    context = {
        "slots": slots,
        "most": sounds.MOST_BYTES,
        "audible": str(AUDIBLE),
        "silent": sounds.SilentSound.sentence,
    }
    if request.method != "POST":
        return page(request, "setup/sounds.html", "setup-sounds", context)
    slot = next((each for each in slots if each.key == request.POST.get("slot")), slots[-1])
    upload = request.FILES.get("file")
    if upload is None or slot.key != request.POST.get("slot"):
        slot.problem = _("Choose a file first.")
    else:
        try:
            sounds.put(request.client, slot.kind, slot.language, upload)
        except InvalidValue as refused:
            slot.problem = str(refused.sentence)
        else:
            messages.success(request, _("Saved. Callers hear it from now on."))
            return redirect(f"{request.path}#{slot.key}")
    return page(request, "setup/sounds.html", "setup-sounds", context, status=422)


def _slots(client: Client) -> list[Slot]:
    there = {(each.kind, each.language): each for each in client.sounds.all()}
    found = []
    for kind, read in READ.items():
        for code, name in spoken(client):
            words = texts.text(client, read, code)
            found.append(Slot(kind, code, str(name), words, there.get((kind, code))))
    music = Slot(SoundKind.MUSIC, "", "", "", there.get((SoundKind.MUSIC, "")))
    return [*found, music]


@for_setup()
@require_safe
def play(request: SetupRequest, sound: UUID) -> HttpResponseBase:
    """As callers hear it."""
    found = get_object_or_404(BrandSound, client=request.client, public_id=sound)
    try:
        answer = ranges.answer(request, found.file.name or "", total=found.bytes, content_type=found.content_type)
    except FileNotFoundError as error:
        raise Http404 from error
    answer["Cache-Control"] = "private, no-cache"
    return answer


@for_setup()
@require_POST
def remove(request: SetupRequest, sound: UUID) -> HttpResponse:
    """Callers read the text, or hear our music, again."""
    sounds.remove(get_object_or_404(BrandSound, client=request.client, public_id=sound))
    messages.success(request, _("Removed."))
    return redirect("setup-sounds", request.client.public_id)
