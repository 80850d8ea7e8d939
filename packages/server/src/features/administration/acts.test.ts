import { beforeAll, describe, expect, it } from "vitest";
import type { MailOutcome } from "../../platform/mailer/smtp.ts";
import { engines } from "../../testing/database/test-databases.ts";
import { storeLink, visitorOf } from "../../testing/link-visits.ts";
import { useService } from "../../testing/use-service.ts";

const DAY_MS = 86_400_000;

type Line = { action: string; actor: { id: string } | null; person: { id: string } | null; detail: object };

describe.each(engines)("requirement 49: the actions of administrators on $name", (engine) => {
  let outcome: MailOutcome = { state: "accepted" };
  const mailer = {
    send: async () => outcome,
    close: () => undefined,
  };
  const service = useService({ engine, mailer });
  const root = service.as("root");
  beforeAll(async () => {
    await service.useCases.rememberPerson({ id: "root", email: "root@example.com", name: "Root", isAdmin: true });
    for (const id of ["ann", "dan"]) await service.as(id).send("GET /me");
  });

  /** Runs an action, and returns the new entries of the log of administrators, without their ids and instants. */
  async function linesOf(work: () => Promise<unknown>): Promise<unknown[]> {
    const list = async (): Promise<(Line & { id: string })[]> =>
      (await root.send("GET /admin/log?limit=200")).body.items;
    const before = new Set((await list()).map(({ id }) => id));
    await work();
    const added = (await list()).filter(({ id }) => !before.has(id));
    return added.map(({ action, actor, person, detail }) => [action, actor?.id ?? null, person?.id ?? null, detail]);
  }

  const change = (id: string, json: object) => root.send(`PATCH /admin/people/${id}`, { json });

  it("the log of administrators records a change of a person only if a value changes", async () => {
    expect(await linesOf(() => change("dan", { isDisabled: true, quotaBytes: 5 }))).toEqual([
      ["person.quota_changed", "root", "dan", { quotaBytes: 5 }],
      ["person.disabled", "root", "dan", {}],
    ]);
    expect(await linesOf(() => change("dan", { isDisabled: true, quotaBytes: 5 }))).toEqual([]);
    expect(await linesOf(() => change("dan", { isDisabled: false, quotaBytes: null }))).toEqual([
      ["person.quota_changed", "root", "dan", { quotaBytes: null }],
      ["person.enabled", "root", "dan", {}],
    ]);
  });

  it("the log of administrators records the operator's actions without an actor", async () => {
    const { useCases } = service;
    const chief = { id: "chief", email: "chief@example.com", name: "Chief" };
    const acts = [
      () => useCases.rememberForOperator({ ...chief, isAdmin: true }, "person.made_administrator"),
      () => useCases.disableUser("chief"),
      () => useCases.enableUser("chief"),
    ];
    expect(
      await linesOf(() =>
        acts.reduce(async (before, act) => before.then(act as () => Promise<void>), Promise.resolve()),
      ),
    ).toEqual([
      ["person.enabled", null, "chief", {}],
      ["person.disabled", null, "chief", {}],
      ["person.made_administrator", null, "chief", {}],
    ]);
  });

  it("the log of administrators records the revocation of another person's API tokens", async () => {
    const create = async (id: string) =>
      (await service.as(id).send("POST /tokens", { json: { label: "laptop" } })).body.id;
    const own = await create("root");
    expect(await linesOf(() => root.send(`DELETE /tokens/${own}`))).toEqual([]);
    const first = await create("ann");
    expect(await linesOf(() => root.send(`DELETE /tokens/${first}`))).toEqual([
      ["person.tokens_revoked", "root", "ann", { count: 1 }],
    ]);
    await create("ann");
    expect(await linesOf(() => root.send("DELETE /tokens?userId=ann"))).toEqual([
      ["person.tokens_revoked", "root", "ann", { count: 1 }],
    ]);
    expect(await linesOf(() => root.send("DELETE /tokens?userId=ann"))).toEqual([]);
  });

  it("the administrators' list of links contains no URL, token or message", async () => {
    const { link, token } = await storeLink(service.db, {
      label: "Tax office",
      message: "the secret message",
      password: "open sesame",
    });
    const request = await storeLink(service.db, { kind: "upload", label: "Send here" });
    const { text, body } = await root.send("GET /admin/links");
    const [newest, older] = body.items;
    expect(newest).toMatchObject({ id: request.link.id, kind: "upload", label: "Send here" });
    expect(older).toMatchObject({ id: link.id, state: "live", label: "Tax office", hasPassword: true, files: null });
    expect(older.createdBy).toMatchObject({ id: "ann", email: "ann@example.com" });
    for (const secret of [token, token.slice(0, 20), "secret message", "argon2", "http", "/s/"])
      expect(text).not.toContain(secret);
    const uploads = (await root.send("GET /admin/links?kind=upload&limit=1")).body;
    expect(uploads.items.map(({ id }: { id: string }) => id)).toEqual([request.link.id]);
  });

  it("administrators find links by a part of the label, title or creator's email", async () => {
    const { link, note } = await storeLink(service.db, { label: "100% Ärger_Kündigung" });
    const found = async (q: string) => {
      const { body } = await root.send(`GET /admin/links?q=${encodeURIComponent(q)}&kind=download`);
      return body.items.map(({ id }: { id: string }) => id);
    };
    for (const q of ["100% Ärger", "kündigung", note.title.toUpperCase(), "ANN@example"]) {
      expect([q, await found(q)]).toEqual([q, expect.arrayContaining([link.id])]);
    }
    expect(await found("100_")).toEqual([]);
    expect((await root.send("GET /admin/links?q=")).status).toBe(400);
  });

  it("the revocation of a link by an administrator appears in the note's activity", async () => {
    const { link, token, note } = await storeLink(service.db, { label: "Old" });
    const visitor = visitorOf(service.app);
    const { body: claim } = await visitor.claim(token);
    const revoke = () => root.send(`DELETE /admin/links/${link.id}`);
    expect(await linesOf(revoke)).toEqual([
      ["link.revoked", "root", "ann", { label: "Old", kind: "download", userId: "ann" }],
    ]);
    expect((await visitor.look(token)).status).toBe(404);
    expect((await visitor.urls(token, claim.claimId)).status).toBe(404);
    expect(await linesOf(revoke)).toEqual([]);
    const { items } = (await service.as("ann").send(`GET /notes/${note.id}/activity`)).body;
    expect(items.find(({ action }: Line) => action === "link.revoked")).toMatchObject({ actorId: "root" });
    expect((await root.send(`DELETE /admin/links/${note.id}`)).body.code).toBe("link_not_found");
  });

  it("an administrator can send an abandoned mail again", async () => {
    const { note } = await storeLink(service.db);
    outcome = { state: "refused", problem: "550 no such user" };
    await service.as("dan").send(`POST /notes/${note.id}/access-requests`);
    const mails = async (query = "") => (await root.send(`GET /admin/mails${query}`)).body.items;
    const [{ id }] = await mails("?state=waiting");
    const retry = () => root.send(`POST /admin/mails/${id}/retry`);
    expect((await retry()).body).toMatchObject({ status: 404, code: "mail_not_found" });
    await service.sendMails();
    expect(await mails("?state=waiting")).toEqual([]);
    const givenUp = {
      id,
      kind: "access-request",
      email: "ann@example.com",
      state: "given_up",
      attempts: 1,
      dueAt: null,
    };
    const instants = { createdAt: expect.any(String), givenUpAt: expect.any(String) };
    expect(await mails("?state=given_up")).toEqual([{ ...givenUp, ...instants, problem: "550 no such user" }]);
    outcome = { state: "accepted" };
    // The service sends such an old mail only if an administrator requests it.
    const { kysely } = service.database.db;
    await kysely
      .updateTable("mails")
      .set({ created_at: Date.now() - 5 * DAY_MS })
      .execute();
    expect(await linesOf(retry)).toEqual([
      ["mail.retried", "root", null, { kind: "access-request", email: "ann@example.com" }],
    ]);
    expect((await retry()).status).toBe(404);
    expect(await mails()).toEqual([expect.objectContaining({ state: "waiting", attempts: 0, givenUpAt: null })]);
    expect(await service.sendMails()).toBe(1);
    expect(await mails()).toEqual([]);
  });
});
