"""The words of a spoken message at the call page; `clients.words_catalogue` takes them in."""

VOICEMAIL_WORDS: dict[str, dict[str, str]] = {
    "vm_offer": {"en": "Leave a spoken message", "es": "Dejar un mensaje de voz"},
    "vm_offer_why": {"en": "We listen to it and call you back", "es": "Lo escuchamos y le llamamos"},
    "vm_heading": {"en": "Leave a spoken message", "es": "Deje un mensaje de voz"},
    "vm_told": {
        "en": "Speak after the tone, for up to {minutes} minutes. {client} records what you say, keeps it until {kept} "
        "and calls you back by {due}.",
        "es": "Hable después de la señal, hasta {minutes} minutos. {client} graba lo que diga, lo conserva hasta el "
        "{kept} y le llama a más tardar: {due}.",
    },
    "vm_number_why": {"en": "We call you back at this number.", "es": "Le llamaremos a este número."},
    "vm_record": {"en": "Record", "es": "Grabar"},
    "vm_back": {"en": "Back", "es": "Volver"},
    "vm_of": {"en": "of", "es": "de"},
    "vm_stop": {"en": "Stop", "es": "Parar"},
    "vm_level": {"en": "How loud you are", "es": "Volumen de su voz"},
    "vm_closing": {
        "en": "If you close this page now, what you have said is sent.",
        "es": "Si cierra esta página ahora, se envía lo que haya dicho.",
    },
    "vm_send": {"en": "Send the message", "es": "Enviar el mensaje"},
    "vm_play": {"en": "Listen to it", "es": "Escucharlo"},
    "vm_again": {"en": "Say it again", "es": "Repetirlo"},
    "vm_discard": {"en": "Delete it", "es": "Borrarlo"},
    "vm_discard_sure": {"en": "Delete your message?", "es": "¿Borrar su mensaje?"},
    "vm_keep": {"en": "Keep it", "es": "Conservarlo"},
    "vm_waits": {
        "en": "No connection. What you say is kept on this page and sent as soon as there is one.",
        "es": "Sin conexión. Lo que diga se guarda en esta página y se envía en cuanto la haya.",
    },
    # what the script says
    "call.vm_getting_ready": {"en": "One moment…", "es": "Un momento…"},
    "call.vm_tone": {"en": "Speak after the tone", "es": "Hable después de la señal"},
    "call.vm_speak": {"en": "Please speak now", "es": "Hable ahora"},
    "call.vm_silent": {"en": "We do not hear you", "es": "No le oímos"},
    "call.vm_listen": {"en": "Your message", "es": "Su mensaje"},
    "call.vm_full": {
        "en": "That is as long as a message can be. Send it, or say it shorter.",
        "es": "Ya no cabe más en el mensaje. Envíelo o dígalo más breve.",
    },
    "call.vm_cut": {
        "en": "You were cut off. This much of your message has arrived.",
        "es": "Se ha cortado. Esta parte de su mensaje ha llegado.",
    },
    "call.vm_here": {
        "en": "Your message is here, not sent yet. Send it, or say it again.",
        "es": "Su mensaje está aquí, aún sin enviar. Envíelo o grábelo de nuevo.",
    },
    "call.vm_mic_gone": {
        "en": "Your microphone is gone. This much of your message has arrived.",
        "es": "Se ha perdido el micrófono. Esta parte de su mensaje ha llegado.",
    },
    "call.vm_play": {"en": "Listen to it", "es": "Escucharlo"},
    "call.vm_pause": {"en": "Pause", "es": "Pausa"},
    "call.vm_sending": {"en": "Sending…", "es": "Enviando…"},
    "call.vm_sent": {"en": "Your message has arrived", "es": "Hemos recibido su mensaje"},
    "call.vm_sent_cut": {"en": "Part of your message has arrived", "es": "Hemos recibido una parte de su mensaje"},
    "call.vm_cut_at": {
        "en": "You were cut off. What you said until {time} has arrived; what came after it has not.",
        "es": "Se ha cortado. Hemos recibido lo que dijo hasta {time}; lo que siguió, no.",
    },
    "call.vm_title_speaking": {"en": "Recording", "es": "Grabando"},
    "call.err_no_messages": {
        "en": "No spoken message can be left here now. Please load the page again.",
        "es": "Ahora no se puede dejar un mensaje de voz aquí. Vuelva a cargar la página.",
    },
    "call.err_message_sent": {
        "en": "Your message has arrived already.",
        "es": "Su mensaje ya ha llegado.",
    },
    "call.err_message_short": {
        "en": "This was too short to be understood. Please say it again.",
        "es": "Ha sido demasiado corto para entenderlo. Dígalo otra vez.",
    },
    "call.err_message_silent": {
        "en": "Nothing can be heard on it. Is your microphone switched on? Please say it again.",
        "es": "No se oye nada. ¿Está encendido el micrófono? Dígalo otra vez.",
    },
    "call.err_message_gone": {
        "en": "Your message is not here any more. Please say it again.",
        "es": "Su mensaje ya no está. Dígalo otra vez.",
    },
    "call.err_vm_offline": {
        "en": "It could not be sent yet: there is no connection. Stay on this page and try again.",
        "es": "Aún no se ha podido enviar: no hay conexión. No cierre esta página e inténtelo de nuevo.",
    },
}
