/* The agent's desk. Each concern is a module of its own; this one only starts them. */
import "./console/desk.js";
import "./console/typed.js";
import "./console/offers.js";
import "./console/keys.js";
import "./console/call.js";
import "./console/voice.js";
import "./console/writing.js";
import "./console/files.js";
import "./console/snippets.js";
import "./console/step-draft.js";
import "./console/wrapup.js";
import "./console/kept.js";
import "./console/palette.js";
import "./console/starting.js";
import "./console/promised.js";
import "./console/settings.js";
import "./playing.js";
