import { describe, expect, it } from "vitest";
import { deriveLinkKeys } from "./keys.ts";
import { openPass, type Pass, sealPass } from "./pass.ts";

const { passes: keys } = deriveLinkKeys(["a secret of this test, 32 bytes long"]);
const NOW = Date.UTC(2030, 0, 1);
const pass: Pass = { linkId: "link-1", generation: 2, visitorId: "visitor-1", expiresAt: NOW + 1 };

describe("a pass of a visitor", () => {
  const sealed = sealPass(keys, pass);

  it("opens for its link until its expiry", () => {
    expect(openPass(keys, sealed, { linkId: "link-1", now: NOW })).toEqual(pass);
    expect(openPass(keys, sealed, { linkId: "link-1", now: NOW + 1 })).toBeUndefined();
  });

  it("does not open for another link", () => {
    expect(openPass(keys, sealed, { linkId: "link-2", now: NOW })).toBeUndefined();
  });

  it("does not open when somebody changed it or made it with another secret", () => {
    const [, mac] = sealed.split(".");
    const forged = Buffer.from(JSON.stringify({ ...pass, visitorId: "visitor-2" })).toString("base64url");
    const { passes: others } = deriveLinkKeys(["another secret, which is as long as it"]);
    for (const text of [`${forged}.${mac}`, sealPass(others, pass), "", ".", `${sealed}.`, `x${sealed}`, undefined]) {
      expect(openPass(keys, text, { linkId: "link-1", now: NOW })).toBeUndefined();
    }
  });
});
