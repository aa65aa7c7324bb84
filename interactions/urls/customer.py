"""Addresses of the customer pages; `public_id` is a door's, a token is one customer's."""

from django.urls import URLPattern, URLResolver, path

from interactions.views.customer import call, call_link, call_page, callback, chat, sound, survey, voicemail, widget

urlpatterns: list[URLPattern | URLResolver] = [
    path("widget/<uuid:public_id>.js", widget.loader, name="customer-widget"),
    path("c/<uuid:public_id>/chat/", widget.frame, name="customer-chat"),
    path("c/<uuid:public_id>/chat/start/", chat.start, name="customer-chat-start"),
    path("c/<uuid:public_id>/chat/state/", chat.state, name="customer-chat-state"),
    path("c/<uuid:public_id>/chat/message/", chat.message, name="customer-chat-message"),
    path("c/<uuid:public_id>/chat/file/", chat.file, name="customer-chat-file"),
    path("c/<uuid:public_id>/chat/file/<uuid:file_id>/", chat.download, name="customer-chat-download"),
    path("c/<uuid:public_id>/chat/end/", chat.end, name="customer-chat-end"),
    path("c/<uuid:public_id>/chat/call/", chat.call, name="customer-chat-call"),
    path("c/<uuid:public_id>/chat/transcript/", chat.transcript, name="customer-chat-transcript"),
    path("c/<uuid:public_id>/chat/survey/", chat.survey, name="customer-chat-survey"),
    path("c/<uuid:public_id>/call/", call_page.page, name="customer-call"),
    path("c/<uuid:public_id>/call/start/", call.start, name="customer-call-start"),
    path("c/<uuid:public_id>/call/state/", call.state, name="customer-call-state"),
    path("c/<uuid:public_id>/call/end/", call.end, name="customer-call-end"),
    path("c/<uuid:public_id>/call/back/", call.back, name="customer-call-back"),
    path("c/<uuid:public_id>/call/survey/", call.survey, name="customer-call-survey"),
    path("c/<uuid:public_id>/sounds/<slug:digest>/", sound.sound, name="customer-sound"),
    path("c/<uuid:public_id>/voicemail/begin/", voicemail.begin, name="customer-voicemail-begin"),
    path("c/<uuid:public_id>/voicemail/<uuid:take>/<int:number>/", voicemail.piece, name="customer-voicemail-piece"),
    path("c/<uuid:public_id>/voicemail/state/", voicemail.state, name="customer-voicemail-state"),
    path("c/<uuid:public_id>/voicemail/send/", voicemail.send, name="customer-voicemail-send"),
    path("c/<uuid:public_id>/voicemail/discard/", voicemail.discard, name="customer-voicemail-discard"),
    path("c/<uuid:public_id>/callback/", callback.form, name="customer-callback-form"),
    path("c/call/<str:token>/", call_link.mailed, name="customer-call-link"),
    path("c/w/<slug:key>/", call_link.said, name="customer-call-said"),
    path("c/callback/<str:token>/", callback.manage, name="customer-callback"),
    path("c/survey/<str:token>/", survey.survey, name="customer-survey"),
]
