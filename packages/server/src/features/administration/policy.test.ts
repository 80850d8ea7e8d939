import { AsyncLocalStorage } from "node:async_hooks";
import { beforeAll, describe, expect, it } from "vitest";
import type { Database } from "../../platform/database/queries.ts";
import { engines } from "../../testing/database/test-databases.ts";
import { storeLink, visitorOf } from "../../testing/link-visits.ts";
import { recordCalls } from "../../testing/record-calls.ts";
import { startServiceInTest, useService } from "../../testing/use-service.ts";
import { createWorld } from "../../testing/world.ts";

type Setting = { name: string; value: unknown; source: string; fallback: unknown; variable: string };

describe.each(engines)("requirement 60: the policy on $name", (engine) => {
  const calls: string[] = [];
  let beforeCommit = async (): Promise<void> => undefined;
  const delayCommits = (db: Database): Database => ({
    ...db,
    transaction: (work, ...options) =>
      db.transaction(
        async (tx) => {
          const done = await work(tx);
          await beforeCommit();
          return done;
        },
        ...options,
      ),
  });
  const service = useService({
    engine,
    hasAccounts: true,
    fixed: ["link-password"],
    wrap: { database: (db) => recordCalls(delayCommits(db), calls) },
  });
  const root = service.as("root");
  beforeAll(() =>
    service.useCases.rememberPerson({ id: "root", email: "root@example.com", name: "Root", isAdmin: true }),
  );

  const put = (name: string, value: unknown) => root.send(`PUT /admin/policy/${name}`, { json: { value } });
  const reset = (name: string) => root.send(`DELETE /admin/policy/${name}`);
  const settingOf = async (name: string): Promise<Setting> =>
    (await root.send("GET /admin/policy")).body.items.find((setting: Setting) => setting.name === name);
  const limits = async () => (await service.anonymous.send("GET /instance")).body.limits;

  it("the policy returns each rule with the source of its value", async () => {
    expect(await settingOf("link-max-expiry")).toEqual({
      name: "link-max-expiry",
      value: null,
      source: "default",
      fallback: null,
      variable: "LINKS_MAX_EXPIRY",
    });
    expect((await settingOf("link-password")).source).toBe("configuration");
    expect((await put("link-max-expiry", 3_600)).status).toBe(200);
    expect(await settingOf("link-max-expiry")).toMatchObject({ value: 3_600, source: "administrator", fallback: null });
    expect((await limits()).links.maxExpirySeconds).toBe(3_600);
    expect((await put("link-max-expiry", null)).status).toBe(200);
    expect(await settingOf("link-max-expiry")).toMatchObject({ value: null, source: "administrator" });
    expect((await reset("link-max-expiry")).body.items).toContainEqual(
      expect.objectContaining({ name: "link-max-expiry", source: "default" }),
    );
  });

  it("an administrator can't change or reset a rule that the operator has set", async () => {
    for (const refused of [await put("link-password", "required"), await reset("link-password")]) {
      expect(refused.body).toMatchObject({ status: 409, code: "policy_fixed" });
      expect(refused.body.detail).toContain("LINKS_PASSWORD");
    }
  });

  it.each<[string, unknown]>([
    ["sign-up", "everybody"],
    ["sign-up", null],
    ["sign-up", 1],
    ["proven-email", "true"],
    ["link-max-expiry", 0],
    ["link-max-expiry", -1],
    ["link-max-expiry", 1.5],
    ["link-max-expiry", 315_360_001],
    ["link-max-expiry", "3600"],
    ["url-ttl-max-shared", null],
    ["url-ttl-max-shared", 604_801],
    ["url-ttl-max-shared", 43_201],
    ["url-ttl-max", 9e15],
    ["__proto__", "open"],
    ["constructor", "open"],
    ["trash-days", 1],
  ])("the policy refuses the rule %s with the value %j", async (name, value) => {
    expect((await put(name, value)).body).toMatchObject({ status: 400, code: "invalid_request" });
  });

  it("a changed policy rule limits new URLs immediately, without an additional query", async () => {
    const { attachmentId } = await createWorld(service);
    const viewer = service.as("viewer");
    const issue = async (seconds: number) =>
      (await viewer.send(`GET /attachments/${attachmentId}/url?expiresIn=${seconds}`)).status;
    await issue(60);
    calls.length = 0;
    expect(await issue(600)).toBe(200);
    const before = [...calls];
    await put("url-ttl-max-shared", 300);
    calls.length = 0;
    expect(await issue(301)).toBe(400);
    expect(await issue(300)).toBe(200);
    expect(calls.filter((call) => call.includes("policy"))).toEqual([]);
    expect(calls.slice(-before.length)).toEqual(before);
    // A lower maximum expiry for owners is also the maximum for all other people.
    await reset("url-ttl-max-shared");
    await put("url-ttl-max", 120);
    expect([await issue(121), await issue(120)]).toEqual([400, 200]);
    expect((await limits()).urlTtlMaxSharedSeconds).toBe(120);
    expect((await put("url-ttl-max-shared", 121)).status).toBe(400);
    await reset("url-ttl-max");
  });

  it("older links don't work while the policy has a shorter maximum expiry of links", async () => {
    const { token } = await storeLink(service.db, { createdAt: Date.now() - 7_200_000, expiresAt: undefined });
    const look = async () => (await visitorOf(service.app).look(token)).status;
    await put("link-max-expiry", 3_600);
    expect(await look()).toBe(404);
    await reset("link-max-expiry");
    expect(await look()).toBe(200);
  });

  it("the log of administrators records each change of the policy once", async () => {
    await put("sign-up", "invited");
    await put("sign-up", "invited");
    await reset("sign-up");
    const { items } = (await root.send("GET /admin/log?limit=3")).body;
    expect(items.map(({ action, actor, detail }: never) => [action, (actor as { id: string }).id, detail])).toEqual([
      ["policy.changed", "root", { name: "sign-up", from: "invited", to: "open" }],
      ["policy.changed", "root", { name: "sign-up", from: "open", to: "invited" }],
      expect.anything(),
    ]);
  });

  it("another replica uses a changed policy after its next read of the policy", async () => {
    const replica = await startServiceInTest({ engine, hasAccounts: true, beside: service });
    const seen = async () => (await replica.anonymous.send("GET /instance")).body.signUp;
    await put("sign-up", "closed");
    expect(await seen()).toBe("open");
    await replica.refreshPolicy();
    expect(await seen()).toBe("closed");
    const [late] = await Promise.all([service.refreshPolicy(), put("sign-up", "invited")]);
    expect(late).toBeUndefined();
    expect((await service.anonymous.send("GET /instance")).body.signUp).toBe("invited");
    await reset("sign-up");
  });

  it("a replica keeps its change of the policy if it reads older rules meanwhile", async () => {
    // The refresh runs outside the transaction, like the background loop.
    const outside = AsyncLocalStorage.snapshot();
    beforeCommit = () => outside(() => service.refreshPolicy());
    const { body } = await put("sign-up", "closed");
    beforeCommit = async () => undefined;
    expect(body.items).toContainEqual(expect.objectContaining({ name: "sign-up", value: "closed" }));
    expect((await service.anonymous.send("GET /instance")).body.signUp).toBe("closed");
    await reset("sign-up");
  });

  it("the policy ignores a stored value that this version does not accept", async () => {
    const { kysely } = service.database.db;
    const rows = [
      { name: "sign-up", value: '"friends"' },
      { name: "proven-email", value: "{" },
      { name: "of-a-later-version", value: "{}" },
    ];
    await kysely.insertInto("policy").values(rows).execute();
    await service.refreshPolicy();
    expect(await settingOf("sign-up")).toMatchObject({ value: "open", source: "default" });
    expect(await settingOf("proven-email")).toMatchObject({ source: "default" });
    await kysely.deleteFrom("policy").execute();
    await service.refreshPolicy();
  });
});

describe.each(engines)("requirement 60: shares with email addresses that need a proof, on $name", (engine) => {
  const service = useService({ engine, provenEmail: "required" });

  it("a share with an email address waits until its only user proves the email address", async () => {
    const owner = service.as("owner");
    const dora = service.as("dora");
    await dora.send("GET /me");
    const { id: noteId } = (await owner.send("POST /notes", { json: { title: "Plan" } })).body;
    await owner.send(`PUT /notes/${noteId}/shares`, { json: { emails: ["dora@example.com"] } });
    expect((await dora.send(`GET /notes/${noteId}`)).status).toBe(403);
    await service.useCases.rememberForOperator(
      { id: "dora", email: "dora@example.com", emailProvenBy: "operator", name: "Dora" },
      "person.email_proven",
    );
    expect((await dora.send(`GET /notes/${noteId}`)).status).toBe(200);
  });
});
