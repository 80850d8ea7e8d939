const UNITS: Record<string, number> = { "": 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 };

/**
 * Parses a size such as `1000` or `5GiB`, and returns the number of bytes. Returns undefined if the text is not a size of at least 1 byte.
 */
export function parseSize(text: string): number | undefined {
  const [, digits, unit] = /^(\d{1,15}) ?((?:[KMGT]iB)?)$/.exec(text) ?? [];
  const bytes = Number(digits) * (UNITS[unit ?? ""] ?? Number.NaN);
  return bytes >= 1 && Number.isSafeInteger(bytes) ? bytes : undefined;
}
