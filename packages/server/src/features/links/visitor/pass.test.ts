import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { deriveLinkKeys } from "../../../platform/crypto/link-token.ts";
import { openPass, type Pass, sealPass } from "./pass.ts";

const { passes: keys } = deriveLinkKeys(["a secret of this test, 32 bytes long"]);
const NOW = Date.UTC(2030, 0, 1);
const [linkId, otherId, visitorId] = [randomUUID(), randomUUID(), randomUUID()] as const;
const pass: Pass = { linkId, generation: 2, visitorId, passwordVersion: undefined, expiresAt: NOW + 1 };

describe("the pass of a visitor", () => {
  const sealed = sealPass(keys, pass);

  it("the pass of a visitor is valid for its link until its expiry", () => {
    expect(openPass(keys, sealed, { linkId, now: NOW })).toEqual(pass);
    expect(openPass(keys, sealed, { linkId, now: NOW + 1 })).toBeUndefined();
  });

  it("the pass of a visitor is not valid for another link", () => {
    expect(openPass(keys, sealed, { linkId: otherId, now: NOW })).toBeUndefined();
  });

  it("the pass of a visitor contains the version of the link's password", () => {
    for (const passwordVersion of [undefined, 0, 1, 70_000]) {
      const opened = openPass(keys, sealPass(keys, { ...pass, passwordVersion }), { linkId, now: NOW });
      expect(opened).toEqual({ ...pass, passwordVersion });
    }
  });

  it("the pass of a visitor has at most 100 characters", () => {
    expect(sealed.length).toBeLessThanOrEqual(100);
  });

  it("the pass of a visitor is not valid after a change of one byte", () => {
    const bytes = Buffer.from(sealed, "base64url");
    for (const at of bytes.keys()) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] as number) ^ 1;
      expect(openPass(keys, changed.toString("base64url"), { linkId, now: NOW })).toBeUndefined();
    }
  });

  it("the pass of a visitor is not valid if another secret signed the pass", () => {
    const { passes: others } = deriveLinkKeys(["another secret, which is as long as it"]);
    expect(openPass(keys, sealPass(others, pass), { linkId, now: NOW })).toBeUndefined();
  });

  it("the pass of a visitor is not valid in another spelling of its base64url text", () => {
    const last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".indexOf(sealed.at(-1) as string);
    const unusedBits = `${sealed.slice(0, -1)}${"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"[last ^ 1]}`;
    for (const text of [`${sealed}=`, `${sealed}!`, unusedBits, sealed.replaceAll("-", "+").replaceAll("_", "/")]) {
      if (text !== sealed) expect(openPass(keys, text, { linkId, now: NOW }), text).toBeUndefined();
    }
  });

  it("the pass of a visitor is not valid with missing or additional characters", () => {
    for (const text of ["", ".", sealed.slice(0, -4), `${sealed}AAAA`, `x${sealed}`, undefined]) {
      expect(openPass(keys, text, { linkId, now: NOW })).toBeUndefined();
    }
  });
});
