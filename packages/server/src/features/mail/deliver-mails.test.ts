import { randomBytes, randomUUID } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { beforeEach, describe, expect, it } from "vitest";
import { defaultLimits } from "../../platform/config/limits.ts";
import { deriveLinkKeys } from "../../platform/crypto/link-token.ts";
import { runDueWork } from "../../platform/jobs/runner.ts";
import { createSmtp } from "../../platform/mailer/smtp.ts";
import { type SmtpServerOptions, smtpOptions, smtpServerInTest } from "../../platform/mailer/testing/smtp-server.ts";
import { ended, startChild } from "../../testing/database/child-process.ts";
import { sampleNote, sampleShare } from "../../testing/database/samples.ts";
import { engines } from "../../testing/database/test-databases.ts";
import { useDatabase } from "../../testing/database/use-database.ts";
import { storeLink } from "../../testing/link-visits.ts";
import { queueQueries } from "../administration/queries.ts";
import { receiverQueries } from "../links/queries/receivers.ts";
import { noteQueries } from "../notes/queries.ts";
import { mailQueries } from "../outbox/mail-queries.ts";
import { queueMail } from "../outbox/queue-mail.ts";
import { peopleQueries } from "../people/queries.ts";
import { accessRequestQueries } from "../sharing/queries/access-requests.ts";
import { shareQueries } from "../sharing/queries/shares.ts";
import type { MailFailure } from "./jobs.ts";
import { mailWork } from "./jobs.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

describe.each(engines)("the outbox of mails on $name", (engine) => {
  const suite = useDatabase(engine);
  const clock = () => suite.clock.now;

  beforeEach(async () => {
    for (const table of ["mails", "auth_users", "limit_counts"] as const) {
      await suite.db.kysely.deleteFrom(table).execute();
    }
  });

  /** Creates an account with a password, and queues a mail to this account. */
  async function queueReset(name: string): Promise<void> {
    const { kysely } = suite.db;
    const [id, email] = [randomUUID(), `${name}@example.com`];
    const at = new Date(clock()).toISOString();
    const times = { created_at: at, updated_at: at };
    const isVerified = engine.name === "sqlite" ? 0 : false;
    await kysely
      .insertInto("auth_users")
      .values({ id, email, name, email_verified: isVerified, ...times } as never)
      .execute();
    const password = { id: randomUUID(), account_id: id, user_id: id, provider_id: "credential", password: "hash" };
    await kysely
      .insertInto("auth_accounts")
      .values({ ...password, ...times } as never)
      .execute();
    const deps = { clock, newId: randomUUID };
    await suite.db.transaction((tx) => queueMail(deps, tx, { kind: "password-reset", email }));
  }

  const change = (id: string, email: string, emailProvenBy?: "mail" | "operator") =>
    peopleQueries(suite.db).put({ id, email, emailProvenBy, name: id, isAdmin: false, now: clock() });

  /** Queues a mail that notifies a user of a share, and that is due. Returns the id of the user. */
  async function queueNotice(kind: "digest" | "shares", email: string): Promise<string> {
    const { db } = suite;
    const [userId, now] = [randomUUID(), clock()];
    await change(userId, email, "operator");
    const note = sampleNote();
    const notice = { about: "share", noteId: note.id } as const;
    await db.transaction(async (tx) => {
      await noteQueries(tx).insert(note);
      await shareQueries(tx).put({ noteId: note.id }, sampleShare({ userId, expiresAt: undefined }));
      for (let nth = 0; nth < 2; nth++) {
        await mailQueries(tx).collect({ id: randomUUID(), kind, userId, email }, { notice, now, dueAt: now });
      }
    });
    return userId;
  }

  async function start(options: SmtpServerOptions = {}) {
    const server = await smtpServerInTest(options);
    const failures: MailFailure[] = [];
    const newSecret = () => randomBytes(32).toString("base64url");
    const mail = {
      mailer: createSmtp(smtpOptions(server)),
      publicUrl: "https://files.example.com",
      onQueued: () => undefined,
    };
    const linkKeys = deriveLinkKeys(["the secret of this test, which is long enough"]);
    const deps = { db: suite.db, clock, newId: randomUUID, newSecret, limits: defaultLimits(), linkKeys, mail };
    const work = mailWork(deps, { onFailure: (failure) => failures.push(failure) });
    return { server, failures, sendMails: () => runDueWork(work) };
  }

  const rows = () => suite.db.kysely.selectFrom("mails").selectAll().execute();
  const sizes = async () => {
    const { mails, oldestMailMs, mailsGivenUp } = await queueQueries(suite.db).measure(clock());
    return { mails, oldestMailMs, mailsGivenUp };
  };

  it("two mail workers together send each queued mail only once", async () => {
    const { server, sendMails } = await start();
    for (const name of ["a", "b", "c", "d", "e", "f"]) await queueReset(name);
    expect((await sizes()).mails).toBe(6);
    const counts = await Promise.all([sendMails(), sendMails()]);
    expect(counts[0] + counts[1]).toBe(6);
    expect(server.mails.map(({ recipients: [to] }) => to?.[0]).sort()).toEqual(["a", "b", "c", "d", "e", "f"]);
    expect(await rows()).toEqual([]);
  });

  it("the mail worker sends all other mails if the mail server refuses one recipient", async () => {
    const { server, failures, sendMails } = await start({
      refuse: (to) => (to === "n3@example.com" ? { code: 550, text: "No such user" } : undefined),
    });
    for (let nth = 0; nth < 10; nth++) await queueReset(`n${nth}`);
    expect(await sendMails()).toBe(9);
    expect(server.mails).toHaveLength(9);
    expect(failures).toMatchObject([{ attempt: 1, isFinal: true, problem: expect.stringContaining("No such user") }]);
    suite.clock.now += HOUR_MS;
    expect(await sendMails()).toBe(0);
    expect(await sizes()).toEqual({ mails: 0, oldestMailMs: 0, mailsGivenUp: 1 });
    suite.clock.now += 31 * DAY_MS;
    await sendMails();
    expect(await rows()).toEqual([]);
  });

  it("the mail worker doubles its pause after each temporary refusal of the mail server", async () => {
    let isKnown = false;
    const { server, failures, sendMails } = await start({
      refuse: () => (isKnown ? undefined : { code: 451, text: "Greylisted" }),
    });
    await queueReset("ann");
    await sendMails();
    for (const pauseMs of [10_000, 20_000, 40_000]) {
      suite.clock.now += pauseMs - 1;
      expect(await sendMails()).toBe(0);
      const tries = failures.length;
      suite.clock.now += 1;
      await sendMails();
      expect(failures.length).toBe(tries + 1);
    }
    isKnown = true;
    suite.clock.now += 80_000;
    expect(await sendMails()).toBe(1);
    expect(server.mails).toHaveLength(1);
    expect(await rows()).toEqual([]);
  });

  it("the mail worker sends a mail after the mail server was down for an hour", async () => {
    const { server, sendMails } = await start();
    const { port } = server;
    await server.stop();
    await queueReset("ann");
    for (let minute = 0; minute < 60; minute++) {
      await sendMails();
      suite.clock.now += 60_000;
    }
    expect(await sizes()).toEqual({ mails: 1, oldestMailMs: HOUR_MS, mailsGivenUp: 0 });
    const again = await smtpServerInTest({ port });
    suite.clock.now += 15 * 60_000;
    expect(await sendMails()).toBe(1);
    expect(again.mails).toHaveLength(1);
  });

  it("the mail worker abandons a mail after three days of failed tries", async () => {
    const { failures, sendMails } = await start({ refuse: () => ({ code: 450, text: "Later" }) });
    await queueReset("ann");
    suite.clock.now += 3 * DAY_MS - 10_001;
    await sendMails();
    expect(failures.map(({ isFinal }) => isFinal)).toEqual([false]);
    suite.clock.now += 10_000;
    await sendMails();
    expect(failures.map(({ isFinal }) => isFinal)).toEqual([false, true]);
    expect(await sizes()).toEqual({ mails: 0, oldestMailMs: 0, mailsGivenUp: 1 });
    expect(await rows()).toMatchObject([{ problem: expect.stringContaining("450 Later") }]);
  });

  it("the mail worker does not send a mail that has waited for three days", async () => {
    const { server, failures, sendMails } = await start();
    await queueReset("ann");
    suite.clock.now += 3 * DAY_MS;
    expect(await sendMails()).toBe(0);
    expect([server.mails, failures, await rows()]).toEqual([[], [], []]);
  });

  it("each notice is in exactly one mail, even if a mail worker leases mails meanwhile", async () => {
    const { db } = suite;
    const [userId, email, now] = [randomUUID(), "ann@example.com", clock()];
    const linkIds = Array.from({ length: 40 }, () => randomUUID()).sort();
    let isAdding = true;
    const adding = Promise.all(
      linkIds.map((linkId) =>
        db.transaction(async (tx) => {
          const notice = { about: "link-claimed", linkId } as const;
          await mailQueries(tx).collect(
            { id: randomUUID(), kind: "links", userId, email },
            { notice, now, dueAt: now },
          );
        }),
      ),
    ).finally(() => {
      isAdding = false;
    });
    const leased: unknown[] = [];
    const lease = async () => leased.push(...(await mailQueries(db).lease({ now, leaseEndsAt: now + 1, limit: 5 })));
    while (isAdding) {
      await lease();
      await setImmediate();
    }
    await adding;
    await lease();
    const notices = leased.flatMap((mail) => (mail as { notices: { linkId: string }[] }).notices);
    expect(notices.map(({ linkId }) => linkId).sort()).toEqual(linkIds);
  });

  it.each(["digest", "shares"] as const)(
    "the notices of a %s mail go to the user's new email address",
    async (kind) => {
      const { server, sendMails } = await start();
      const userId = await queueNotice(kind, "old@example.com");
      await change(userId, "new@example.com", "mail");
      expect(await sendMails()).toBe(1);
      expect(server.mails.map(({ recipients }) => recipients)).toEqual([["new@example.com"]]);
    },
  );

  it("the retry of a mail goes to the user's new email address", async () => {
    let isKnown = false;
    const { server, sendMails } = await start({ refuse: () => (isKnown ? undefined : { code: 451, text: "Later" }) });
    const userId = await queueNotice("shares", "old@example.com");
    await sendMails();
    await change(userId, "new@example.com", "mail");
    isKnown = true;
    suite.clock.now += 10_000;
    expect(await sendMails()).toBe(1);
    expect(server.mails.map(({ recipients }) => recipients)).toEqual([["new@example.com"]]);
  });

  it("a notice never goes to a user's unproven new email address", async () => {
    const { server, sendMails } = await start();
    await change(await queueNotice("shares", "old@example.com"), "new@example.com");
    expect([await sendMails(), server.mails]).toEqual([0, []]);
  });

  it("a mail about a request for access goes to the owner's new email address", async () => {
    const { server, sendMails } = await start();
    const [ownerId, note] = [randomUUID(), sampleNote()];
    await change(ownerId, "old@example.com", "operator");
    await suite.db.transaction(async (tx) => {
      await noteQueries(tx).insert({ ...note, ownerId });
      await accessRequestQueries(tx).open({ noteId: note.id, userId: "asker", now: clock(), dismissedBefore: 0 });
      const mail = { kind: "access-request", noteId: note.id, userId: "asker", email: "old@example.com" } as const;
      await queueMail({ clock, newId: randomUUID }, tx, mail);
    });
    await change(ownerId, "new@example.com", "mail");
    expect(await sendMails()).toBe(1);
    expect(server.mails.map(({ recipients }) => recipients)).toEqual([["new@example.com"]]);
  });

  // Both kinds of mails have the same lease, so each engine tests only one kind.
  const [killed, queueKilled] =
    engine.name === "sqlite"
      ? ["a mail", () => queueReset("ann")]
      : ["a daily digest", () => queueNotice("digest", "ann@example.com")];
  it(`${killed} is sent again if the process is killed before it records the attempt`, async () => {
    let child: ReturnType<typeof startChild> | undefined;
    const { server, sendMails } = await start({
      beforeConfirm: () => {
        child?.kill("SIGKILL");
        child = undefined;
      },
    });
    await queueKilled();
    const { file, url } = suite.test;
    const location = JSON.stringify(file === undefined ? { url } : { file });
    child = startChild("../deliver-mails", [location, String(server.port), String(clock())]);
    expect(await ended(child)).toBe("SIGKILL");
    expect(server.mails).toHaveLength(1);
    expect(await sendMails()).toBe(0);
    suite.clock.now += 180_000;
    expect(await sendMails()).toBe(1);
    expect(new Set(server.mails.map(({ parsed }) => parsed.messageId)).size).toBe(1);
  });

  it("a mail with a link has the same URL if the mail worker sends the mail twice", async () => {
    let child: ReturnType<typeof startChild> | undefined;
    const { server, sendMails } = await start({
      beforeConfirm: () => {
        child?.kill("SIGKILL");
        child = undefined;
      },
    });
    const { link } = await storeLink(suite.db, { createdAt: clock(), expiresAt: clock() + DAY_MS });
    const [email, now] = [`${randomUUID()}@example.com`, clock()];
    await change("ann", "ann@example.com", "operator");
    const sent = { linkId: link.id, generation: link.generation, sentBy: "ann", message: "" };
    await suite.db.transaction(async (tx) => {
      const receivers = [{ id: randomUUID(), email, codeHash: "hash" }];
      await receiverQueries(tx).put({ link, sentBy: "ann", receivers, now });
      await queueMail({ clock, newId: randomUUID }, tx, { kind: "sent-link", email, sent });
    });
    const { file, url } = suite.test;
    child = startChild("../deliver-mails", [
      JSON.stringify(file === undefined ? { url } : { file }),
      String(server.port),
      String(now),
    ]);
    expect(await ended(child)).toBe("SIGKILL");
    const state = async () => (await receiverQueries(suite.db).list(link.id, { limit: 1, cursor: undefined })).items[0];
    expect([server.mails.length, (await state())?.sentAt]).toEqual([1, undefined]);
    suite.clock.now += 180_000;
    expect(await sendMails()).toBe(1);
    expect(new Set(server.mails.map(({ parsed }) => parsed.messageId)).size).toBe(1);
    expect(new Set(server.mails.map(({ parsed }) => /#to=\S+/.exec(parsed.text ?? "")?.[0])).size).toBe(1);
    expect([await sendMails(), await rows(), (await state())?.sentAt]).toEqual([0, [], suite.clock.now]);
  });

  it("requirement 43: the outbox stores no secret that an error of the mail server repeats", async () => {
    let token = "";
    const { server, failures, sendMails } = await start({
      beforeConfirm: () => {
        token = /#([\w-]{43})$/m.exec(server.mails[0]?.parsed.text ?? "")?.[1] ?? "";
        throw Object.assign(new Error(`Suspicious link #${token}`), { responseCode: 550 });
      },
    });
    await queueReset("ann");
    expect(JSON.stringify(await rows())).not.toMatch(/[\w-]{43}/);
    await sendMails();
    expect(token).not.toBe("");
    expect(failures).toMatchObject([{ isFinal: true, problem: expect.stringContaining("Suspicious link #…") }]);
    expect(JSON.stringify(await rows())).not.toContain(token);
    const links = await suite.db.kysely.selectFrom("account_links").selectAll().execute();
    expect(JSON.stringify(links)).not.toContain(token);
  });
});
