/* What is wrong with the microphone, in words, in whichever moment is shown; with what helps, where something does. */
import { say } from "./page.js";

const notes = document.querySelectorAll("[data-mic-problem]");
const AGAIN = ["refused", "none", "busy", "wrong", "gone"];

export function microphoneProblem(why) {
  for (const note of notes) {
    const before = ["before", "voicemail"].includes(note.dataset.micProblem), again = note.querySelector("[data-mic-again]"), own = note.querySelector("[data-mic-window]");
    note.querySelector("[data-mic-what]").textContent = why ? say(`mic_${why}`) : "";
    note.querySelector("[data-mic-how]").textContent = why ? say(`mic_${why}_how`) : "";
    // before the call, or a message, its big button is the way to try again
    again.hidden = before || !AGAIN.includes(why);
    own.hidden = why !== "framed" && !(why === "refused" && window.parent !== window);
    own.href = location.href;
    note.querySelector("[data-mic-acts]").hidden = again.hidden && own.hidden;
    note.hidden = !why;
  }
}

export function onAgain(act) { for (const note of notes) note.querySelector("[data-mic-again]").addEventListener("click", act); }
