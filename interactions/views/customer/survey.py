"""The survey behind the link of a mail: two taps, words if wanted."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_http_methods

from bpo.kernel import links
from bpo.kernel.throttle import throttled
from clients import texts
from clients.models import TextKind
from clients.naming import public_name
from clients.words import say
from interactions import surveys
from interactions.models import Interaction, LegRole, SurveyAnswer
from interactions.views.customer import outlet

LINK_SECONDS = 60 * links.DAY
SOLVED = {"yes": True, "no": False}


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
    status = 422 if errors else 200
    return outlet.page(request, "customer/survey.html", client, language, context, status=status)
