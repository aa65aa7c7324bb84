/* What every page of a customer runs; no keys, no theme switch: it follows the phone. */
import "./lib/clock.js";
import "./lib/toast.js";
import "./lib/htmx-errors.js";
import "./lib/ui.js";
