import { describe, expect, test } from "vitest";
import { createCredentialSource } from "./credentials.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = Date.UTC(2026, 0, 1);

/** Creates a provider of numbered credentials that expire after `lifeMs`, and a clock for the provider. */
function provided(lifeMs: number | undefined) {
  const state = { now: START, lifeMs, broken: false, asked: [] as boolean[] };
  const source = createCredentialSource(
    async (options) => {
      state.asked.push(options?.forceRefresh ?? false);
      if (state.broken) throw new Error("The source is broken");
      return {
        accessKeyId: `key${state.asked.length}`,
        secretAccessKey: "secret",
        ...(state.lifeMs === undefined ? {} : { expiration: new Date(state.now + state.lifeMs) }),
      };
    },
    { clock: () => state.now, timeoutMs: 1000 },
  );
  const lasting = (seconds = 60) => source.lasting({ now: state.now, seconds });
  return { state, source, lasting };
}

/** Waits until a background renewal of credentials has ended. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

describe("static credentials", () => {
  test("the credential source returns static credentials synchronously", () => {
    const credentials = { accessKeyId: "key", secretAccessKey: "secret" };
    const source = createCredentialSource(credentials, { clock: () => START, timeoutMs: 1000 });
    expect(source.lasting({ now: START, seconds: 60 })).toBe(credentials);
    source.refused();
    expect(source.lasting({ now: START, seconds: 60 })).toBe(credentials);
  });
});

describe("credentials that a provider issues", () => {
  test("concurrent callers share one call to the credential provider", async () => {
    const { state, lasting } = provided(HOUR);
    const [one, other] = await Promise.all([lasting(), lasting()]);
    expect(one).toBe(other);
    expect(lasting()).toBe(one);
    expect(state.asked).toEqual([false]);
  });

  test("credentials are renewed in the background before they expire", async () => {
    const { state, lasting } = provided(HOUR);
    const first = await lasting();
    state.now += HOUR - 4 * MINUTE;
    expect(lasting()).toBe(first);
    await settled();
    expect(lasting()).toMatchObject({ accessKeyId: "key2" });
    expect(state.asked).toEqual([false, true]);
  });

  test("after the expiry of credentials, calls wait for new credentials", async () => {
    const { state, lasting } = provided(HOUR);
    await lasting();
    state.now += HOUR;
    expect(await lasting()).toMatchObject({ accessKeyId: "key2" });
  });

  test("credentials that expire too early for a caller are renewed at most once a minute", async () => {
    const { state, lasting } = provided(HOUR);
    await lasting();
    state.now += 10 * MINUTE;
    expect(await lasting(12 * 3600)).toMatchObject({ accessKeyId: "key2" });
    expect(lasting(12 * 3600)).toMatchObject({ accessKeyId: "key2" });
    state.now += MINUTE;
    expect(await lasting(12 * 3600)).toMatchObject({ accessKeyId: "key3" });
    expect(state.asked).toHaveLength(3);
  });

  test("a failure of the credential provider does not end the cached credentials early", async () => {
    const { state, lasting } = provided(HOUR);
    const first = await lasting();
    state.broken = true;
    state.now += 58 * MINUTE;
    expect(await lasting(300)).toBe(first);
    state.now += 90_000;
    expect(lasting(10)).toBe(first);
    await settled();
    state.now += MINUTE;
    await expect(lasting()).rejects.toThrow("The source is broken");
    state.broken = false;
    expect(await lasting()).toMatchObject({ accessKeyId: "key5" });
  });

  test("credentials without an expiry are fetched again after five minutes", async () => {
    const { state, lasting } = provided(undefined);
    const first = await lasting();
    state.now += 4 * MINUTE;
    expect(lasting()).toBe(first);
    await settled();
    expect(lasting()).toBe(first);
    state.now += MINUTE;
    lasting();
    await settled();
    expect(lasting()).toMatchObject({ accessKeyId: "key2" });
  });

  test("credentials that the bucket refused are fetched again after a minute", async () => {
    const { state, source, lasting } = provided(undefined);
    await lasting();
    source.refused();
    expect(lasting()).toMatchObject({ accessKeyId: "key1" });
    state.now += MINUTE;
    source.refused();
    expect(await lasting()).toMatchObject({ accessKeyId: "key2" });
    source.refused();
    expect(lasting()).toMatchObject({ accessKeyId: "key2" });
  });
});
