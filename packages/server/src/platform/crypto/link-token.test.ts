import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { deriveLinkKeys, makeToken, readToken, tokenIsRight } from "./link-token.ts";

const { tokens: keys } = deriveLinkKeys([
  "a secret of this test, 32 bytes long",
  "the secret before the rotation of it",
]);
const [key, oldKey] = keys as [Uint8Array, Uint8Array];
const uuids = fc.uuid();
const generations = fc.integer({ min: 0, max: 2 ** 40 });

describe("requirement 19: the token of a link", () => {
  it("the token of a link works after the secret of the service is replaced", () => {
    fc.assert(
      fc.property(uuids, generations, (linkId, generation) => {
        for (const each of [key, oldKey]) {
          const token = makeToken(each, { linkId, generation });
          expect(token).toMatch(/^[\w-]{43}$/);
          const read = readToken(`contract~2026~${token}`);
          expect(read?.linkId).toBe(linkId);
          expect(read && tokenIsRight(keys, read, generation)).toBe(true);
        }
      }),
    );
  });

  it("the token of a link does not open a later generation of the same link", () => {
    fc.assert(
      fc.property(uuids, generations, (linkId, generation) => {
        const read = readToken(makeToken(key, { linkId, generation }));
        expect(read && tokenIsRight(keys, read, generation + 1)).toBe(false);
        const { tokens: others } = deriveLinkKeys(["another secret that made no token at all"]);
        expect(read && tokenIsRight(others, read, generation)).toBe(false);
      }),
    );
  });

  it("the token of a link does not work after one character of it is changed", () => {
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const places = fc.record({ at: fc.nat(42), by: fc.integer({ min: 1, max: 63 }) });
    fc.assert(
      fc.property(uuids, places, (linkId, { at, by }) => {
        const token = makeToken(key, { linkId, generation: 0 });
        const other = alphabet[(alphabet.indexOf(token[at] as string) + by) % 64];
        const read = readToken(token.slice(0, at) + other + token.slice(at + 1));
        expect(read !== undefined && read.linkId === linkId && tokenIsRight(keys, read, 0)).toBe(false);
        // With a changed id, the token belongs to another link, and the MAC of the other link is different.
        expect(read !== undefined && tokenIsRight(keys, read, 0)).toBe(false);
      }),
    );
  });

  it.each(["", "~", "short", `${"A".repeat(43)}=`, `${"A".repeat(42)}B`, "A".repeat(44)])(
    "the text %j is not a valid token of a link",
    (text) => {
      expect(readToken(text)).toBeUndefined();
    },
  );
});
