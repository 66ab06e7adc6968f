// What every page does: menus, dialogs, slides, live parts, the light in the room.
import './dialogs.js';
import './live.js';
import './menus.js';
import './slides.js';
import './spectrum.js';
import './theme.js';
import './wipe.js';
