"""The words of the call page; `clients.words_catalogue` takes them in. Keys `call.…` are said by its script."""

CALL_WORDS: dict[str, dict[str, str]] = {
    # the doors to it
    "call_us": {"en": "Call us", "es": "Llámenos"},
    "call_with": {"en": "Call {client}", "es": "Llamar a {client}"},
    "call_us_why": {"en": "with your voice, in this browser", "es": "con su voz, desde el navegador"},
    # before
    "call_title": {"en": "Your call", "es": "Su llamada"},
    "call_here": {"en": "Call from this page", "es": "Llame desde esta página"},
    "call_heading": {"en": "Talk to us", "es": "Hable con nosotros"},
    "call_lead": {
        "en": "With your voice, right here in your browser. It takes no phone.",
        "es": "Con su voz, aquí mismo en el navegador. No hace falta teléfono.",
    },
    "call_number": {"en": "Phone number", "es": "Número de teléfono"},
    "call_number_why": {"en": "If the line drops, we call you.", "es": "Si se corta, le llamamos."},
    "call_menu": {"en": "What is your call about?", "es": "¿Sobre qué es su llamada?"},
    "call_now": {"en": "Call now", "es": "Llamar ahora"},
    "call_recorded": {
        "en": "Calls are recorded. You can say no once we answer.",
        "es": "Las llamadas se graban. Puede negarse cuando le atendamos.",
    },
    "call_record_ask": {
        "en": "We ask you before we record the call.",
        "es": "Le preguntamos antes de grabar la llamada.",
    },
    "call_mic_why": {
        "en": "We need your microphone for this, and your browser will ask you for it. "
        "Nobody hears you before one of us answers.",
        "es": "Necesitamos su micrófono y el navegador le pedirá permiso. "
        "Nadie le oye hasta que alguien de nosotros conteste.",
    },
    "call_no_script": {
        "en": "Calling from this page needs JavaScript. You can leave your number instead.",
        "es": "Para llamar desde esta página hace falta JavaScript. También puede dejarnos su número.",
    },
    "call_no_script_at_all": {
        "en": "Calling from this page needs JavaScript.",
        "es": "Para llamar desde esta página hace falta JavaScript.",
    },
    "call_own_window": {"en": "Open the call in its own window", "es": "Abrir la llamada en otra ventana"},
    "call_mic_again": {"en": "Try the microphone again", "es": "Probar otra vez el micrófono"},
    # by a link from an agent who calls
    "call_link_heading": {"en": "{agent} is on the line for you", "es": "{agent} le espera en línea"},
    "call_link_lead": {
        "en": "Press the button and talk with your voice, right here in your browser. It takes no phone.",
        "es": "Pulse el botón y hable con su voz, aquí mismo en el navegador. No hace falta teléfono.",
    },
    "call_link_mic": {
        "en": "We need your microphone for this, and your browser will ask you for it.",
        "es": "Necesitamos su micrófono y el navegador le pedirá permiso.",
    },
    "call_link_join": {"en": "Join the call", "es": "Entrar en la llamada"},
    "call_link_over": {"en": "This call is over", "es": "Esta llamada ha terminado"},
    "call_link_over_why": {
        "en": "The link was good for one call and a short time. Nothing is lost: we have your number.",
        "es": "El enlace valía para una llamada y por poco tiempo. No se pierde nada: tenemos su número.",
    },
    "call_link_left": {
        "en": "Try again, or stay by your phone: we reach you there.",
        "es": "Inténtelo otra vez o tenga el teléfono cerca: le llamaremos.",
    },
    "err_link_over": {
        "en": "This call is over. The link was good for that call alone.",
        "es": "Esta llamada ha terminado. El enlace valía solo para ella.",
    },
    "err_link_taken": {
        "en": "Another page is in this call already. Close that one first.",
        "es": "Ya hay otra página en esta llamada. Cierre primero esa.",
    },
    "err_link_held": {
        "en": "One moment: your line is on hold. Try again shortly.",
        "es": "Un momento: su línea está en espera. Inténtelo de nuevo enseguida.",
    },
    # in line
    "call_in_line": {"en": "You are in line", "es": "Está en la cola"},
    "call_keep_open": {
        "en": "Keep this page open and the sound on.",
        "es": "Deje esta página abierta y el sonido activado.",
    },
    "call_right_here": {"en": "One of us answers right here.", "es": "Le contestamos aquí mismo."},
    "call_waited": {"en": "You have waited", "es": "Lleva esperando"},
    "call_mic_level": {"en": "Microphone level", "es": "Nivel del micrófono"},
    "call_mic_other": {"en": "Use another", "es": "Usar otro"},
    "call_step_line": {"en": "In line", "es": "En la cola"},
    "call_step_talk": {"en": "Talking with us", "es": "Hablando con nosotros"},
    "call_step_talk_where": {"en": "right here, on this page", "es": "aquí mismo, en esta página"},
    "call_hear_closed": {"en": "Hear why we are closed", "es": "Escuche por qué estamos cerrados"},
    "call_music": {"en": "Waiting music", "es": "Música de espera"},
    "call_back_instead": {"en": "Call me back instead", "es": "Prefiero que me llamen"},
    "call_keep_place": {
        "en": "You keep your place. No need to stay on this page.",
        "es": "Conserva su turno. No hace falta que siga en esta página.",
    },
    "call_leave": {"en": "Leave the line", "es": "Salir de la cola"},
    "call_leave_sure": {"en": "Leave the line? Your place is lost then.", "es": "¿Salir de la cola? Perderá su turno."},
    "call_leave_no": {"en": "Stay in line", "es": "Seguir en la cola"},
    # talking
    "call_keys": {"en": "Call", "es": "Llamada"},
    "call_mute": {"en": "Mute", "es": "Silenciar"},
    "call_volume": {"en": "Volume", "es": "Volumen"},
    "call_hang": {"en": "Hang up", "es": "Colgar"},
    "call_blocked": {"en": "Your browser holds the sound back.", "es": "Su navegador ha detenido el sonido."},
    "call_unblock": {"en": "Tap to hear us", "es": "Toque para oírnos"},
    "call_offline": {
        "en": "The connection is lost. We keep trying; stay on this page.",
        "es": "Se ha perdido la conexión. Seguimos intentándolo; no cierre esta página.",
    },
    # afterwards
    "call_again": {"en": "Call again", "es": "Llamar otra vez"},
    # what the script says
    "call.asking": {
        "en": "Your browser asks for the microphone now. Please choose “Allow”.",
        "es": "El navegador le pide el micrófono. Elija «Permitir».",
    },
    "call.starting": {"en": "Calling…", "es": "Llamando…"},
    "call.place": {"en": "your place", "es": "su turno"},
    "call.place_was": {"en": "your place, it was {n}", "es": "su turno, era el {n}"},
    "call.min": {"en": "min", "es": "min"},
    "call.wait": {"en": "more, as it looks now", "es": "más, según parece"},
    "call.wait_unknown": {"en": "the wait is not known yet", "es": "aún no se sabe la espera"},
    "call.next": {"en": "You are next.", "es": "Es el siguiente."},
    "call.told_place": {"en": "You are in line, place {n}.", "es": "Está en la cola, turno {n}."},
    "call.told_answered": {"en": "{agent} is on the line.", "es": "{agent} está al teléfono."},
    "call.title_line": {"en": "In line ({n})", "es": "En la cola ({n})"},
    "call.returned": {
        "en": "Somebody else takes over. You are at the front of the line.",
        "es": "Otra persona le atenderá. Está al principio de la cola.",
    },
    "call.passed_on": {
        "en": "We are passing you on to somebody who can help.",
        "es": "Le pasamos con alguien que puede ayudarle.",
    },
    "call.mic_try": {"en": "Say something to try it", "es": "Diga algo para probarlo"},
    "call.mic_ok": {"en": "Microphone works", "es": "El micrófono funciona"},
    "call.mic_silent": {"en": "Microphone is switched off", "es": "El micrófono está apagado"},
    "call.mic_missing": {"en": "No microphone", "es": "Sin micrófono"},
    "call.mic_yours": {"en": "your microphone", "es": "su micrófono"},
    "call.connecting": {"en": "Connecting…", "es": "Conectando…"},
    "call.connecting_again": {"en": "Connecting again…", "es": "Conectando de nuevo…"},
    "call.talking": {"en": "Talking", "es": "En llamada"},
    "call.held": {"en": "On hold", "es": "En espera"},
    "call.away": {"en": "One moment, please", "es": "Un momento, por favor"},
    "call.held_why": {
        "en": "{agent} comes back to you. Nobody hears you meanwhile.",
        "es": "{agent} vuelve enseguida. Mientras tanto nadie le oye.",
    },
    "call.also": {"en": "{names} is in the call too.", "es": "{names} también está en la llamada."},
    "call.away_why": {
        "en": "The line to {agent} is being restored. Please stay on this page.",
        "es": "Estamos recuperando la línea con {agent}. No cierre esta página.",
    },
    "call.will_record": {"en": "recorded, you can say no", "es": "se graba, puede negarse"},
    "call.will_ask": {"en": "we ask you before we record it", "es": "le preguntamos antes de grabarla"},
    "call.recorded": {
        "en": "This call is recorded. Tell {agent} if you do not want that.",
        "es": "Esta llamada se graba. Si no lo desea, dígaselo a {agent}.",
    },
    "call.record_ask": {
        "en": "Not recorded: {agent} asks you first.",
        "es": "No se graba: {agent} le preguntará antes.",
    },
    "call.record_refused": {
        "en": "This call is not recorded, as you wished.",
        "es": "Esta llamada no se graba, como ha pedido.",
    },
    "call.line_good": {"en": "Good line", "es": "Buena conexión"},
    "call.line_fair": {"en": "Fair line", "es": "Conexión regular"},
    "call.line_bad": {
        "en": "Bad line. Nearer to your Wi-Fi, or on another network, it gets better.",
        "es": "Mala conexión. Más cerca de su wifi, o en otra red, mejorará.",
    },
    "call.no_sound": {
        "en": "The sound does not get through. Another network often helps: mobile data instead of an office Wi-Fi.",
        "es": "El sonido no llega. Suele ayudar otra red: datos móviles en lugar del wifi de una oficina u hotel.",
    },
    "call.unheard": {
        "en": "Your browser gets no sound through, so we could not talk. Leave your number and we call you.",
        "es": "A su navegador no le llega el sonido y no hemos podido hablar. Déjenos su número y le llamamos.",
    },
    "call.muted": {"en": "You are muted: nobody hears you.", "es": "Está en silencio: nadie le oye."},
    "call.drops": {
        "en": "If the line drops, we call you at {number}.",
        "es": "Si se corta, le llamamos al {number}.",
    },
    "call.thanks": {"en": "Thank you for calling", "es": "Gracias por llamar"},
    "call.ended": {"en": "The call has ended", "es": "La llamada ha terminado"},
    "call.left": {"en": "You have left the line", "es": "Ha salido de la cola"},
    "call.promised": {"en": "We call you back", "es": "Le llamaremos"},
    "call.unlinked": {"en": "You are not connected any more", "es": "La conexión se ha cortado"},
    "call.not_now": {"en": "Nobody can answer now", "es": "Ahora nadie puede contestar"},
    "call.no_answer": {"en": "We did not get to talk.", "es": "No hemos podido hablar."},
    "call.come_again": {"en": "You can call again whenever you like.", "es": "Puede volver a llamar cuando quiera."},
    "call.lasted": {"en": "You talked for {time}.", "es": "La llamada ha durado {time}."},
    "call.survey_thanks": {"en": "Thank you for your answer.", "es": "Gracias por su respuesta."},
    "call.survey_not_yet": {
        "en": "Thank you. We know now that it is not solved; you can call again.",
        "es": "Gracias. Ya sabemos que no está resuelto; puede volver a llamar.",
    },
    "call.wrong": {"en": "This did not work. Please try again.", "es": "No ha funcionado. Inténtelo de nuevo."},
    "call.err_closed": {"en": "This call has ended.", "es": "Esta llamada ha terminado."},
    "call.err_link_invalid": {
        "en": "Your earlier call is over. You can call again.",
        "es": "Su llamada anterior ha terminado. Puede volver a llamar.",
    },
    "call.err_client_away": {
        "en": "We cannot take calls at the moment. Please try again later.",
        "es": "Ahora no podemos atender llamadas. Inténtelo más tarde.",
    },
    "call.elsewhere": {
        "en": "Your call is open in another tab of this browser.",
        "es": "Su llamada está abierta en otra pestaña de este navegador.",
    },
    "call.elsewhere_how": {
        "en": "Go on there, or close that tab and load this page again.",
        "es": "Siga allí, o cierre esa pestaña y vuelva a cargar esta página.",
    },
    # what is wrong with the microphone or the browser, and what to do
    "call.mic_refused": {
        "en": "Your browser does not let us use the microphone.",
        "es": "El navegador no nos permite usar el micrófono.",
    },
    "call.mic_refused_how": {
        "en": "Press the sign to the left of the page's address, allow the microphone, and press the button again.",
        "es": "Pulse el símbolo a la izquierda de la dirección, permita el micrófono y vuelva a pulsar el botón.",
    },
    "call.mic_none": {"en": "We find no microphone.", "es": "No encontramos ningún micrófono."},
    "call.mic_none_how": {
        "en": "Plug in a headset or switch your microphone on, then press the button again.",
        "es": "Conecte unos auriculares o active el micrófono y vuelva a pulsar el botón.",
    },
    "call.mic_busy": {"en": "Another program holds your microphone.", "es": "Otro programa está usando el micrófono."},
    "call.mic_busy_how": {
        "en": "Close other calls and video meetings, then press the button again.",
        "es": "Cierre otras llamadas o videollamadas y vuelva a pulsar el botón.",
    },
    "call.mic_wrong": {"en": "Your microphone does not start.", "es": "El micrófono no se inicia."},
    "call.mic_wrong_how": {
        "en": "Unplug it and plug it in again, or restart the browser.",
        "es": "Desconéctelo y vuelva a conectarlo, o reinicie el navegador.",
    },
    "call.mic_gone": {"en": "Your microphone is gone: nobody hears you.", "es": "Sin micrófono: nadie le oye."},
    "call.mic_gone_how": {
        "en": "Plug it in again, or connect another one. We take it as soon as it is there.",
        "es": "Conéctelo de nuevo o conecte otro. Lo usaremos en cuanto esté disponible.",
    },
    "call.mic_framed": {
        "en": "The page around us does not let us use the microphone.",
        "es": "La página que nos rodea no permite usar el micrófono.",
    },
    "call.mic_framed_how": {
        "en": "In a window of its own the call works.",
        "es": "En una ventana propia la llamada funciona.",
    },
    "call.mic_insecure": {
        "en": "A browser gives its microphone to secure pages alone.",
        "es": "El navegador solo da el micrófono a páginas seguras.",
    },
    "call.mic_insecure_how": {
        "en": "Open this page with https:// before its address.",
        "es": "Abra esta página con https:// delante de la dirección.",
    },
    "call.mic_unsupported": {"en": "This browser cannot make calls.", "es": "Este navegador no puede hacer llamadas."},
    "call.mic_unsupported_how": {
        "en": "A current Chrome, Edge, Firefox or Safari can.",
        "es": "Con un Chrome, Edge, Firefox o Safari actual sí se puede.",
    },
}
