// The wall shows pictures in small; what is looked at closely is shown whole. The server makes small ones (videos/small.py).

const SMALL = "?small=1";

export function small(address) {
  return address && `${address}${SMALL}`;
}

export function whole(address) {
  return address.endsWith(SMALL) ? address.slice(0, -SMALL.length) : address;
}
