"""The Celery application and everything that beat starts by the clock.

What must be on time even without Redis is not here but in the sweep; beat may be late.
"""

import os
import time
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import celeryd_init, setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bpo.settings.development")

app = Celery("bpo")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

BEAT_KEY = "heartbeat:beat"

# Times of the last starts stay in memory: a file of them, half written in a power cut, would keep beat from starting.
app.conf.beat_scheduler = "celery.beat:Scheduler"
# One line an entry: name, task, seconds between two starts. Each task is safe to run twice and finds its work by rows.
app.conf.beat_schedule = {
    "beat heartbeat": {"task": "bpo.celery.heartbeat", "schedule": 10.0, "options": {"expires": 30}},
    "fetch mail": {"task": "interactions.fetch_all_mail", "schedule": 10.0, "options": {"expires": 30}},
    "send notices": {"task": "interactions.send_notices", "schedule": 15.0, "options": {"expires": 30}},
    "send mails": {"task": "interactions.send_messages", "schedule": 5.0, "options": {"expires": 15}},
    "follow calls": {"task": "interactions.follow_calls", "schedule": 5.0, "options": {"expires": 10}},
    "close cases": {"task": "interactions.close_expired_cases", "schedule": 3600.0, "options": {"expires": 3600}},
    "callbacks due": {"task": "interactions.work_due_callbacks", "schedule": 15.0, "options": {"expires": 30}},
    "recordings": {"task": "interactions.finish_recordings", "schedule": 60.0, "options": {"expires": 60}},
    "old recordings": {"task": "interactions.delete_recordings", "schedule": 3600.0, "options": {"expires": 3600}},
    "flow days": {"task": "interactions.keep_flow_days", "schedule": 3600.0, "options": {"expires": 3600}},
    "fold figures": {"task": "interactions.fold_figures", "schedule": 5.0, "options": {"expires": 5}},
    "check figures": {
        "task": "interactions.check_figures",
        "schedule": crontab(minute="10", hour="3"),
        "options": {"expires": 3600},
    },
    "reviews due": {"task": "interactions.remind_of_reviews", "schedule": 3600.0, "options": {"expires": 3600}},
    "papers": {"task": "interactions.make_papers", "schedule": 60.0, "options": {"expires": 60}},
    "replays": {"task": "interactions.run_replays", "schedule": 60.0, "options": {"expires": 60}},
}


@app.task(name="bpo.celery.heartbeat")
def heartbeat() -> None:
    """Shows /readyz that beat starts tasks and a worker runs them."""
    from django.core.cache import cache

    cache.set(BEAT_KEY, time.time(), timeout=None)


@celeryd_init.connect
def wait_longer_in_the_worker(conf: Any = None, **_: Any) -> None:
    """A worker has nobody waiting: it sits out a slow or restarting Redis instead of giving up in 200 ms."""
    conf.broker_transport_options = {**conf.broker_transport_options, "socket_connect_timeout": 2, "socket_timeout": 30}
    conf.broker_transport_options.pop("max_retries", None)
    conf.broker_connection_timeout = 4


@setup_logging.connect
def keep_our_logging(**_: Any) -> None:
    """Django has configured logging already; Celery keeps its hands off."""
