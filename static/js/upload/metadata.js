// The Upload-Metadata header of tus: pairs of a key and a Base64 value, as videos/uploads/metadata.py reads and writes it.

/** The header for these values. */
export function encoded(values) {
  return Object.entries(values).map(([key, value]) => `${key} ${base64(value)}`.trim()).join(',');
}

/** The values of a header. */
export function decoded(header) {
  return Object.fromEntries((header ?? '').split(',').map((pair) => {
    const [key, value = ''] = pair.trim().split(' ');
    return [key, text(value)];
  }));
}

function base64(words) {
  return btoa(String.fromCharCode(...new TextEncoder().encode(words)));
}

function text(value) {
  return new TextDecoder().decode(Uint8Array.from(atob(value), (one) => one.charCodeAt(0)));
}
