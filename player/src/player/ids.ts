/** Ids as the server writes them: a UUIDv7 in 22 base-62 characters. */
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

export function base62(value: bigint): string {
  let text = '';
  for (let rest = value; rest > 0n; rest /= 62n) text = (DIGITS[Number(rest % 62n)] ?? '') + text;
  return text.padStart(22, '0');
}

export function newId(at = Date.now()): string {
  const bytes = crypto.getRandomValues(new Uint8Array(10));
  let random = 0n;
  for (const byte of bytes) random = (random << 8n) | BigInt(byte);
  const a = (random >> 64n) & 0xfffn;
  const b = random & 0x3fff_ffff_ffff_ffffn;
  return base62((BigInt(at) << 80n) | (0x7n << 76n) | (a << 64n) | (0x2n << 62n) | b);
}

/** Local storage that may be missing or full: then things are simply not remembered. */
export function recall<V>(key: string, otherwise: V): V {
  try {
    const text = localStorage.getItem(`bandstand.${key}`);
    return text === null ? otherwise : (JSON.parse(text) as V);
  } catch {
    return otherwise;
  }
}
export function keep(key: string, value: unknown): void {
  try { localStorage.setItem(`bandstand.${key}`, JSON.stringify(value)); } catch { /* full or forbidden */ }
}

export function deviceId(): string {
  const known = recall('device', '');
  if (known) return known;
  const fresh = newId();
  keep('device', fresh);
  return fresh;
}
