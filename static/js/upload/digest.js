// Checksums of pieces, where the browser can make them (over HTTPS and on this machine).

/** “sha256 Base64” of some bytes, or null in a page that is not a secure context. */
export async function checksum(bytes) {
  if (!globalThis.crypto?.subtle) return null;
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return `sha256 ${btoa(String.fromCharCode(...digest))}`;
}
