import { type ClaimBody, type LinkClaim, ValetKeyError } from "@valetkey/client";
import { describe, expect, it } from "vitest";
import { createClaims } from "./claims.ts";

const CLICK = { disposition: "attachment", isClick: true } as const;
const NO_CLICK = { disposition: "attachment", isClick: false } as const;

/** Makes the calls of a link, and records each call. `isWindowOpen` says whether an earlier claim still gives URLs to the visitor. */
function startVisit({ isWindowOpen = true } = {}) {
  const calls: string[] = [];
  const answer = async (call: string, claimId: string, { attachmentIds = [] }: ClaimBody): Promise<LinkClaim> => {
    calls.push(call);
    if (call === "urls" && !isWindowOpen) throw new ValetKeyError("link_not_found", "The window is over.");
    const urls = attachmentIds.map((attachmentId) => ({
      attachmentId,
      fileUrl: `https://bucket/${attachmentId}`,
      expiresIn: 60,
      expiresAt: "2026-11-25T12:01:00Z",
    }));
    return { claimId, windowEndsAt: "2026-11-25T12:15:00Z", urls };
  };
  const visit = {
    claim: (wanted: ClaimBody = {}) => answer("claim", "c1", wanted),
    urls: (claimId: string, wanted: ClaimBody = {}) => answer("urls", claimId, wanted),
  };
  return { calls, visit };
}

describe("the claims of a visitor", () => {
  const link = { claim: null, claimsLeft: 2 };

  it("several downloads of a visitor within one time window count as one download", async () => {
    const { calls, visit } = startVisit();
    const claims = createClaims(link, { visit, onChange: () => undefined });
    expect(await Promise.all(["a", "b"].map((id) => claims.urlOf(id, CLICK)))).toEqual([
      "https://bucket/a",
      "https://bucket/b",
    ]);
    await claims.urlOf("a", NO_CLICK);
    expect(calls).toEqual(["claim", "urls", "urls"]);
    expect(claims.claimsLeft()).toBe(1);
    expect(claims.windowEndsAt()).toBe("2026-11-25T12:15:00Z");
  });

  it("after the time window of a download, only a click counts as a new download", async () => {
    const { calls, visit } = startVisit({ isWindowOpen: false });
    const earlier = { id: "c0", windowEndsAt: "2026-11-25T12:00:00Z" };
    const claims = createClaims({ ...link, claim: earlier }, { visit, onChange: () => undefined });
    await expect(claims.urlOf("a", NO_CLICK)).rejects.toMatchObject({ code: "link_not_found" });
    expect(calls).toEqual(["urls"]);
    expect(await claims.urlOf("a", CLICK)).toBe("https://bucket/a");
    expect(calls).toEqual(["urls", "urls", "claim"]);
  });
});
