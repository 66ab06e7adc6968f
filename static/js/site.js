// What every page does: menus, dialogs, slides, live parts, the light in the room, what is chosen in sight.
import './dialogs.js';
import './live.js';
import './menus.js';
import './seg.js';
import './slides.js';
import './spectrum.js';
import './theme.js';
import './wipe.js';
