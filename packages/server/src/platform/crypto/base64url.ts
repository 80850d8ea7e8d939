/**
 * Decodes base64url without padding (RFC 4648, section 5). Returns undefined for any other text. Without this check, several texts would
 * have the same bytes, because `Buffer.from` ignores unknown characters and unused bits.
 */
export function readBase64url(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, "base64url");
  return bytes.toString("base64url") === text ? bytes : undefined;
}
