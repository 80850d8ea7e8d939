/** Maps lowercase header names to values. The values of a repeated header are joined with a comma, as in the signature. */
export type HeaderFields = ReadonlyMap<string, string>;

const INNER_WHITE_SPACE = /[ \t]+/g;

/** Reads a flat list of names and values, such as `IncomingMessage.rawHeaders` of node:http. */
export function readHeaders(rawHeaders: readonly string[]): HeaderFields {
  const fields = new Map<string, string>();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] as string).toLowerCase();
    const value = (rawHeaders[index + 1] as string).trim();
    const before = fields.get(name);
    fields.set(name, before === undefined ? value : `${before},${value}`);
  }
  return fields;
}

/** Makes the canonical header lines of Signature Version 4. The names must be sorted. For a missing header, the value is empty. */
export function canonicalHeaders(fields: HeaderFields, signedHeaders: readonly string[]): string {
  return signedHeaders.map((name) => `${name}:${(fields.get(name) ?? "").replace(INNER_WHITE_SPACE, " ")}\n`).join("");
}

/**
 * Returns the names of the headers that the signature must cover but does not cover: `host`, and every received `x-amz-*` header.
 *
 * With an unsigned `x-amz-*` header, the holder of a URL could do more than the signer allowed, for example add `x-amz-copy-source`.
 */
export function unsignedFields(fields: HeaderFields, signedHeaders: readonly string[]): string[] {
  const unsigned = signedHeaders.includes("host") ? [] : ["host"];
  for (const name of fields.keys()) {
    if (name.startsWith("x-amz-") && !signedHeaders.includes(name)) unsigned.push(name);
  }
  return unsigned;
}
