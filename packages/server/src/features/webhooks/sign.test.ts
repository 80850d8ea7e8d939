import { Webhook } from "standardwebhooks";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { deriveLinkKeys } from "../../platform/crypto/link-token.ts";
import { FORMER_SECRET_MS, secretOf, signedHeaders } from "./sign.ts";

const now = Date.UTC(2030, 0, 1);
const { webhooks: keys } = deriveLinkKeys(["the AUTH_SECRET of this test, long enough"]);
const endpoint = { id: "endpoint", generation: 3, formerSecretUntil: undefined };
const message = { id: "0190-upload-ready", body: '{"type":"upload.ready"}', now };

describe("requirement 52: the signature of a webhook message", () => {
  // The library for webhooks rejects a timestamp that differs by more than five minutes from its clock.
  beforeEach(() => void vi.useFakeTimers({ now }));
  afterEach(() => void vi.useRealTimers());

  const verify = (secret: string, headers: Record<string, string>, body = message.body) =>
    new Webhook(secret).verify(body, headers);

  it("only the secret of the webhook verifies the signature of a webhook message", () => {
    const headers = signedHeaders(keys, endpoint, message);
    const secret = secretOf(keys, endpoint);
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(verify(secret, headers)).toEqual({ type: "upload.ready" });
    const others = [
      { ...endpoint, id: "another" },
      { ...endpoint, generation: 2 },
    ].map((one) => secretOf(keys, one));
    for (const other of others) expect(() => verify(other, headers)).toThrow("No matching signature found");
    expect(() => verify(secret, headers, '{"type":"share.created"}')).toThrow("No matching signature found");
    expect(() => verify(secret, { ...headers, "webhook-id": "another" })).toThrow("No matching signature found");
  });

  it("both secrets verify webhook messages for 24 hours after a rotation", () => {
    const former = secretOf(keys, endpoint);
    const rotated = { ...endpoint, generation: 4, formerSecretUntil: now + FORMER_SECRET_MS };
    const during = signedHeaders(keys, rotated, message);
    expect(during["webhook-signature"]?.split(" ")).toHaveLength(2);
    for (const secret of [former, secretOf(keys, rotated)]) expect(verify(secret, during)).toBeDefined();
    const after = signedHeaders(keys, rotated, { ...message, now: now + FORMER_SECRET_MS });
    vi.setSystemTime(now + FORMER_SECRET_MS);
    expect(verify(secretOf(keys, rotated), after)).toBeDefined();
    expect(() => verify(former, after)).toThrow("No matching signature found");
  });

  it("a webhook secret from before a change of AUTH_SECRET still verifies webhook messages", () => {
    const secret = secretOf(keys, endpoint);
    const { webhooks: rotated } = deriveLinkKeys([
      "a new AUTH_SECRET that is long enough too",
      "the AUTH_SECRET of this test, long enough",
    ]);
    expect(secretOf(rotated, endpoint)).not.toBe(secret);
    expect(verify(secret, signedHeaders(rotated, endpoint, message))).toBeDefined();
  });
});
