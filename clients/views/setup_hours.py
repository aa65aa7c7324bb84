"""Step 3: named hours, their week and the dates that differ."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.db.models import ProtectedError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bpo.kernel import clock
from bpo.kernel import words as kernel_words
from clients.forms.hours import ExceptionForm, HoursForm, proposed_holidays, words, write_date
from clients.models import BusinessHours, HoursSpan
from clients.setup_gate import SetupRequest, for_setup
from clients.views.setup import page


@for_setup()
@require_safe
def listing(request: SetupRequest) -> HttpResponse:
    """All hours of the client with their week."""
    rows = []
    for hours in request.client.business_hours.prefetch_related("spans", "exceptions", "queues", "doors").order_by(
        "pk"
    ):
        week: dict[int, list[tuple[int, int]]] = {}
        for span in hours.spans.all():
            week.setdefault(span.weekday, []).append((span.opens, span.closes))
        rows.append({"hours": hours, "week": [(name, words(week.get(n, []))) for n, name in HoursSpan.WEEKDAYS]})
    return page(request, "setup/hours_list.html", "setup-hours", {"rows": rows})


@for_setup()
def new(request: SetupRequest) -> HttpResponse:
    """Further hours."""
    return _week(request, BusinessHours(client=request.client))


@for_setup()
def edit(request: SetupRequest, hours: UUID) -> HttpResponse:
    """The week, the dates that differ, and the public holidays one may add."""
    return _week(request, _hours(request, hours))


def _week(request: SetupRequest, hours: BusinessHours) -> HttpResponse:
    form = HoursForm(request.POST or None, instance=hours)
    if request.method == "POST" and form.is_valid():
        taken = request.client.business_hours.filter(name=form.cleaned_data["name"]).exclude(pk=hours.pk)
        if taken.exists():
            form.add_error("name", _("The company has hours of this name already."))
        else:
            saved = form.save()
            messages.success(request, _("Saved. It holds at once."))
            return redirect("setup-hours-edit", request.client.public_id, saved.public_id)
    context = {"form": form, "hours": hours, **_dates(request, hours)}
    return page(request, "setup/hours.html", "setup-hours", context, status=422 if form.errors else 200)


def _dates(request: SetupRequest, hours: BusinessHours, refused: ExceptionForm | None = None) -> dict[str, object]:
    """What differs in the year shown; `refused` is the date's form as it was typed, with what is wrong."""
    if hours.pk is None:
        return {}
    today = request.client.day_at(clock.now())
    asked = request.POST.get("year", "") if refused else request.GET.get("year", "")
    year = _year(request, asked) or today.year
    shown: dict[date, dict[str, object]] = {}
    for row in hours.exceptions.filter(date__year=year):
        day = shown.setdefault(row.date, {"date": row.date, "name": row.name, "pairs": []})
        if row.opens is not None:
            day["pairs"].append((row.opens, row.closes))  # type: ignore[attr-defined]
    dates = [{**day, "times": words(day["pairs"])} for day in shown.values()]  # type: ignore[arg-type]
    return {
        "dates": dates,
        "year": year,
        "years": range(today.year, today.year + 3),
        "date_form": refused or ExceptionForm(),
        "holidays": proposed_holidays(request.client, hours, year),
    }


@for_setup()
@require_POST
def add_date(request: SetupRequest, hours: UUID) -> HttpResponse:
    """One date that differs, or the holidays that were ticked."""
    found = _hours(request, hours)
    if "holiday" in request.POST:
        names = dict(_holidays(request, found))
        for given in request.POST.getlist("holiday"):
            if given in names:
                write_date(found, date.fromisoformat(given), names[given], [])
        messages.success(request, _("The holidays are in."))
    else:
        form = ExceptionForm(request.POST)
        if not form.is_valid():
            context = {"form": HoursForm(instance=found), "hours": found, **_dates(request, found, form)}
            return page(request, "setup/hours.html", "setup-hours", context, status=422)
        form.save(found)
        messages.success(request, _("Saved. It holds at once."))
    year = _year(request, request.POST.get("year", ""))
    tail = f"?year={year}" if year else ""
    response = redirect("setup-hours-edit", request.client.public_id, hours)
    response["Location"] += f"{tail}#dates"
    return response


def _holidays(request: SetupRequest, hours: BusinessHours) -> list[tuple[str, str]]:
    year = _year(request, request.POST.get("year", ""))
    return [(day.isoformat(), name) for day, name in proposed_holidays(request.client, hours, year)] if year else []


def _year(request: SetupRequest, given: str) -> int | None:
    """A year that the page may show."""
    this, year = request.client.day_at(clock.now()).year, kernel_words.whole(given, digits=4)
    return year if year and this - 1 <= year <= this + 3 else None


@for_setup()
@require_POST
def drop_date(request: SetupRequest, hours: UUID) -> HttpResponse:
    """The date is like any other weekday again."""
    try:
        day = date.fromisoformat(request.POST.get("date", ""))
    except ValueError:
        messages.error(request, _("This is not a date."))
    else:
        _hours(request, hours).exceptions.filter(date=day).delete()
    return redirect("setup-hours-edit", request.client.public_id, hours)


@for_setup()
@require_POST
def drop(request: SetupRequest, hours: UUID) -> HttpResponse:
    """Hours that nothing uses any more."""
    found = _hours(request, hours)
    try:
        found.delete()
        messages.success(request, _("Deleted."))
    except ProtectedError as used:
        names = ", ".join(str(getattr(row, "name", row)) for row in sorted(used.protected_objects, key=str)[:3])
        messages.error(request, _("Still used by %(names)s. Give those other hours first.") % {"names": names})
    return redirect("setup-hours", request.client.public_id)


def _hours(request: SetupRequest, hours: UUID) -> BusinessHours:
    return get_object_or_404(BusinessHours, client=request.client, public_id=hours)
