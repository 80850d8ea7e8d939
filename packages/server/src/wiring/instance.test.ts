import { Instance } from "@valetkey/contract";
import { Check } from "typebox/value";
import { describe, expect, it } from "vitest";
import { engines } from "../testing/database/test-databases.ts";
import type { ServiceOptions } from "../testing/service.ts";
import { startServiceInTest } from "../testing/use-service.ts";

const PERSON = { email: "ann@example.com", name: "Ann", password: "correct horse battery" };

describe.each(engines)("GET /instance, on $name", (engine) => {
  async function start(options: Omit<ServiceOptions, "engine"> = {}) {
    const service = await startServiceInTest({ engine, hasAccounts: true, ...options });
    return { ...service, ask: () => service.anonymous.send("GET /instance") };
  }

  it("GET /instance returns the ways to sign in and the limits of the service", async () => {
    const { ask } = await start({ limits: { uploadMaxBytes: 5 * 2 ** 30, urlTtlMaxSeconds: 600, trashDays: 30 } });
    const { status, headers, body } = await ask();
    expect(status).toBe(200);
    expect(headers["cache-control"]).toBe("no-store");
    expect(body).toEqual({
      signUp: "open",
      hasAccounts: false,
      oidc: null,
      mail: false,
      operatorContact: null,
      limits: {
        urlTtlDefaultSeconds: 60,
        urlTtlMaxSeconds: 600,
        urlTtlMaxSharedSeconds: 600,
        uploadMaxBytes: 5 * 2 ** 30,
        trashDays: 30,
        links: { enabled: true, maxExpirySeconds: null, sendable: false, passwordRequired: false },
      },
    });
    expect(Check(Instance, body)).toBe(true);
    expect((await (await start({ signUp: "closed" })).ask()).body.signUp).toBe("closed");
  });

  it.each([
    ["off without mail", false, "invited", false],
    ["off with open sign-up", false, "open", true],
    ["on with mail and closed sign-up", true, "closed", true],
  ] as const)("GET /instance reports that the sending of links by mail is %s", async (_, expected, signUp, hasMail) => {
    const mailer = { send: async () => ({ state: "accepted" }) as const };
    const { ask } = await start({ signUp, ...(hasMail && { mailer }) });
    expect((await ask()).body.limits.links.sendable).toBe(expected);
  });

  it("GET /instance returns the contact of the operator", async () => {
    const links = { isEnabled: true, maxExpirySeconds: undefined, isPasswordRequired: false, windowSeconds: 900 };
    const { ask } = await start({ limits: { links: { ...links, abuseContact: "help@example.com" } } });
    expect((await ask()).body.operatorContact).toBe("help@example.com");
  });

  it("GET /instance reports whether the service has an account", async () => {
    const { anonymous, ask, as } = await start();
    await as("ben").send("POST /notes", { json: { title: "Ben's" } });
    expect((await ask()).body.hasAccounts).toBe(false);
    const origin = "https://files.example.com";
    await anonymous.send("POST /auth/sign-up/email", { json: PERSON, headers: { origin } });
    for (let time = 0; time < 2; time++) expect((await ask()).body.hasAccounts).toBe(true);
  });
});
