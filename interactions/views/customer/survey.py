"""The survey behind the link of a mail: two taps, words if wanted."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from bpo.kernel import links
from bpo.kernel.throttle import throttled
from clients import customers, texts
from clients.models import EntryKind, TextKind
from clients.naming import public_name
from clients.words import say
from interactions import surveys
from interactions.models import Interaction, LegRole, SurveyAnswer
from interactions.views.customer import outlet

LINK_SECONDS = 60 * links.DAY
SOLVED = {"yes": True, "no": False}


def _ways_on(interaction: Interaction, language: str) -> dict[str, str]:
    """How to go on with what is not solved, by the doors of this client: write, or be called, with the reference."""
    client, case = interaction.client, interaction.case
    if not client.is_live:
        return {}
    reference = case.reference if case else ""
    doors = {
        door.kind: door for door in client.entry_points.filter(published=True, queue__isnull=False).order_by("-pk")
    }
    ways: dict[str, str] = {}
    if mailbox := doors.get(EntryKind.MAILBOX):
        ways |= {"write_to": mailbox.address, "write": f"mailto:{mailbox.address}?{urlencode({'subject': reference})}"}
    form = doors.get(EntryKind.FORM) or doors.get(EntryKind.WIDGET)
    if form and customers.takes_calls(client):
        address = reverse("customer-callback-form", args=[form.public_id])
        ways["be_called"] = f"{address}?{urlencode({'lang': language, 'words': reference})}"
    return ways


@outlet.for_customers
@throttled("survey", "30/m")
@require_http_methods(["GET", "HEAD", "POST"])
def survey(request: HttpRequest, token: str) -> HttpResponse:
    """Ask, keep, thank; the answer may be changed by the same link."""
    interaction = (
        Interaction.objects.select_related("client__brand", "case")
        .filter(public_id=links.unsign("survey", token, max_age=LINK_SECONDS))
        .first()
    )
    if interaction is None:
        raise outlet.Gone("survey")
    client = interaction.client
    language = outlet.language_of(request, client, interaction.language)
    errors = {}
    if request.method == "POST":
        score = request.POST.get("score", "")
        if score in ("1", "2", "3", "4", "5"):
            surveys.answer(
                interaction,
                score=int(score),
                solved=SOLVED.get(request.POST.get("solved", "")),
                words=request.POST.get("words", ""),
            )
            return HttpResponseRedirect(f"{request.path}?lang={language}")
        errors["score"] = say("survey_score_missing", language)
    answer = SurveyAnswer.objects.filter(interaction=interaction).first()
    leg = (
        interaction.legs.filter(role=LegRole.PRIMARY, accepted_at__isnull=False)
        .select_related("agent__user")
        .order_by("-accepted_at")
        .first()
    )
    context = {
        "interaction": interaction,
        "answer": answer,
        "thanks": answer is not None and not errors and request.GET.get("view") != "change",
        "ask": texts.text(client, TextKind.SURVEY_ASK, language),
        "thanks_words": texts.text(client, TextKind.THANKS, language),
        "agent": public_name(leg.agent.user, client) if leg else "",
        "scores": range(1, 6),
        "path": request.path,
        "errors": errors,
    }
    if answer is not None and answer.solved is False:
        context |= _ways_on(interaction, language)
    status = 422 if errors else 200
    return outlet.page(request, "customer/survey.html", client, language, context, status=status)
