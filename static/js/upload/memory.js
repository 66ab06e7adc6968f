// Which file goes to which unfinished upload: remembered over closed tabs. Storage may be full or forbidden; then
// the server's own list of unfinished uploads has to do.

const PREFIX = 'rotoscope.upload:';

const key = (file) => `${PREFIX}${file.name}:${file.size}:${file.lastModified}`;

/** The address of the upload that this very file was going to, or null. */
export function remembered(file) {
  try {
    return localStorage.getItem(key(file));
  } catch {
    return null;
  }
}

/** Remember where a file goes. */
export function remember(file, address) {
  try {
    localStorage.setItem(key(file), address);
  } catch { /* nothing is lost but a convenience */ }
}

/** Forget it: the upload is finished, ended or gone. */
export function forget(file) {
  try {
    localStorage.removeItem(key(file));
  } catch { /* as above */ }
}

/** Forget whatever goes to `address`. */
export function forgetAddress(address) {
  try {
    for (const name of Object.keys(localStorage)) {
      if (name.startsWith(PREFIX) && localStorage.getItem(name)?.endsWith(address)) localStorage.removeItem(name);
    }
  } catch { /* as above */ }
}
