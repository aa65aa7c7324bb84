/* The few words scripts say by themselves, in the page's language.  say(key, {name: value}) */
const WORDS = {
  en: {
    undo: "Undo", close: "Close", again: "Try again", reload: "Reload", signIn: "Sign in",
    noConnection: "No connection. It has not arrived.", tooSlow: "This takes too long. It may have arrived; look before you send it again.",
    refused: "That was not possible.", invalid: "Something is missing or wrong. Look at the marked fields.",
    notAllowed: "You may not do this.", gone: "This is no longer here.", signedOut: "You are signed out.",
    tooMany: "Too many tries. Wait a moment.", serverError: "This did not work, through no fault of yours.",
    tooLarge: "The file is too large.", newVersion: "A newer version is ready.", keys: "Keys", noKeys: "This page has no keys.",
    lostLine: "Connection lost", undone: "Undone.", tooLate: "Too late to undo.",
    lineGood: "Good line", lineFair: "Fair line", lineBad: "Bad line", lineSought: "Looking for a line",
    recordOn: "Recording", recordNot: "Not recording yet", recordPaused: "Paused", recordCard: "Paused for the card", recordWaits: "Waits for the network",
    recordHeld: "Recording, on hold", recordMuted: "Recording, you muted",
    noMicrophone: "No microphone here: the call went to a colleague.",
    listenElsewhere: "You are in this call in another tab.",
    "step-up": "To the step before", "step-down": "To the next step", "step-left": "To the step on the left", "step-right": "To the step on the right",
    editStep: "Edit the chosen step", toChart: "Back to the chart",
  },
  es: {
    undo: "Deshacer", close: "Cerrar", again: "Intentar de nuevo", reload: "Recargar", signIn: "Entrar",
    noConnection: "Sin conexión. No ha llegado.", tooSlow: "Tarda demasiado. Puede que haya llegado; compruébelo antes de repetir.",
    refused: "No ha sido posible.", invalid: "Falta algo o no es correcto. Mire los campos marcados.",
    notAllowed: "No tiene permiso para esto.", gone: "Esto ya no está aquí.", signedOut: "Su sesión se ha cerrado.",
    tooMany: "Demasiados intentos. Espere un momento.", serverError: "No ha funcionado y no es culpa suya.",
    tooLarge: "El archivo es demasiado grande.", newVersion: "Hay una versión nueva.", keys: "Teclas", noKeys: "Esta página no tiene teclas.",
    lostLine: "Conexión perdida", undone: "Deshecho.", tooLate: "Ya no se puede deshacer.",
    lineGood: "Buena línea", lineFair: "Línea regular", lineBad: "Mala línea", lineSought: "Buscando línea",
    recordOn: "Se graba", recordNot: "Aún no se graba", recordPaused: "En pausa", recordCard: "En pausa por la tarjeta", recordWaits: "Espera a la red",
    recordHeld: "Se graba, en espera", recordMuted: "Se graba sin su voz",
    noMicrophone: "Aquí no hay micrófono: la llamada pasó a otra persona.",
    listenElsewhere: "Está en esta llamada en otra pestaña.",
    "step-up": "Al paso anterior", "step-down": "Al paso siguiente", "step-left": "Al paso de la izquierda", "step-right": "Al paso de la derecha",
    editStep: "Editar el paso elegido", toChart: "Volver al gráfico",
  },
};

const table = WORDS[(document.documentElement.lang || "en").slice(0, 2)] ?? WORDS.en;

export function say(key, values = {}) {
  return (table[key] ?? WORDS.en[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}
