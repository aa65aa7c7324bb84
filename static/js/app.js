/* What every inside page runs. A page adds its own module beside it. */
import "./lib/theme.js";
import "./lib/clock.js";
import "./lib/toast.js";
import "./lib/htmx-errors.js";
import "./lib/keep.js";
import "./lib/keys.js";
import "./lib/ui.js";
import "./lib/zone.js";
