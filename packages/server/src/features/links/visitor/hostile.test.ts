import { beforeEach, describe, expect, it } from "vitest";
import { engines } from "../../../testing/database/test-databases.ts";
import { fillWindow } from "../../../testing/fill-window.ts";
import { type StoredLink, storeLink, tokenOfLink, visitorOf } from "../../../testing/link-visits.ts";
import { startServiceInTest, stopClock, useService } from "../../../testing/use-service.ts";
import { attachmentQueries } from "../../attachments/queries.ts";
import { auditQueries } from "../../audit/queries.ts";
import { shareQueries } from "../../sharing/queries/shares.ts";
import { linkQueries } from "../queries/links.ts";

const PASSWORD = "open sesame";
const WINDOW_MS = 900_000;
const UNLOCK_WINDOW_MS = 15 * 60_000;

const addressOf = (nth: number) => `198.51.100.${nth}`;
const countOf = (statuses: readonly number[], status: number) => statuses.filter((each) => each === status).length;

describe.each(engines)("hostile visitors of links, on $name", (engine) => {
  const service = useService({ engine });
  beforeEach(stopClock);
  const visitor = (given?: Parameters<typeof visitorOf>[1]) => visitorOf(service.app, given);
  const linkOf = async ({ link }: StoredLink) => (await linkQueries(service.db).find(link.id))?.link;

  describe("requirement 21: a claim counts exactly once", () => {
    it.each([
      { max: 5, tries: 200 },
      { max: 1, tries: 2 },
      { max: 7, tries: 8 },
    ])("exactly $max of $tries parallel download claims of a link on two replicas succeed", async ({ max, tries }) => {
      const stored = await storeLink(service.db, { maxClaims: max });
      const replica = await startServiceInTest({ engine, beside: service });
      const apps = [service.app, replica.app] as const;
      const answers = await Promise.all(
        Array.from({ length: tries }, (_, nth) =>
          visitorOf(apps[nth % 2] as never, { ip: addressOf(nth % 20) }).claim(stored.token),
        ),
      );
      const statuses = answers.map(({ status }) => status);
      expect(countOf(statuses, 201)).toBe(max);
      // On a busy machine, some requests wait too long for a database connection. The service then returns 503.
      expect(countOf(statuses, 404) + countOf(statuses, 503)).toBe(tries - max);
      expect(await linkOf(stored)).toMatchObject({ claims: max });
      const { items } = await auditQueries(service.db).listOfNote(stored.note.id, { limit: 200, cursor: undefined });
      expect(items.filter(({ action }) => action === "link.claimed")).toHaveLength(max);
      expect(items.filter(({ action }) => action === "url.issued")).toHaveLength(max);
    });

    it("the service stores a download claim on disk before it signs the URLs", async () => {
      let claimsAtSigning: number | undefined;
      const stored = await storeLink(service.db);
      const replica = await startServiceInTest({
        engine,
        beside: service,
        wrap: {
          bucket: (bucket) => ({
            ...bucket,
            async presignGet(options) {
              claimsAtSigning = (await linkOf(stored))?.claims;
              return bucket.presignGet(options);
            },
          }),
        },
      });
      expect((await visitorOf(replica.app).claim(stored.token)).status).toBe(201);
      expect(claimsAtSigning).toBe(1);
    });

    it("a download claim is refused and not counted if the link does not open the file", async () => {
      const stored = await storeLink(service.db);
      const other = await storeLink(service.db);
      const [foreign] = other.files;
      for (const attachmentIds of [[foreign.id], [stored.files[0].id, foreign.id], [stored.link.id]]) {
        const { status, body } = await visitor().claim(stored.token, { attachmentIds });
        expect([status, body.code]).toEqual([404, "attachment_not_found"]);
      }
      expect(await linkOf(stored)).toMatchObject({ claims: 0 });
    });
  });

  describe("the URLs of a claim", () => {
    async function claimed(given: Parameters<typeof storeLink>[1] = {}) {
      const stored = await storeLink(service.db, given);
      const ann = visitor();
      const { claimId } = (await ann.claim(stored.token)).body;
      expect((await ann.urls(stored.token, claimId)).status).toBe(200);
      return { stored, ann, claimId };
    }
    const over = { status: 404, body: { code: "link_not_found" } };

    it("a visitor gets no URLs with the download claim of another visitor", async () => {
      const { stored, claimId } = await claimed();
      const bob = visitor();
      expect(await bob.urls(stored.token, claimId)).toMatchObject(over);
      await bob.claim(stored.token);
      expect(await bob.urls(stored.token, claimId)).toMatchObject(over);
      expect(await bob.urls(stored.token, stored.link.id)).toMatchObject(over);
    });

    it("a visitor gets no URLs of a download claim with the cookie of another link", async () => {
      const { ann, claimId } = await claimed();
      const other = await storeLink(service.db);
      const [cookie] = ann.cookies.values();
      await visitor().look(other.token);
      const names = visitor();
      await names.look(other.token);
      const [nameOfOther] = names.cookies.keys();
      const thief = visitor({ cookies: new Map([[nameOfOther as string, cookie as string]]) });
      expect(await thief.urls(other.token, claimId)).toMatchObject(over);
    });

    it("a visitor gets no URLs of a download claim after its time window", async () => {
      const own = await startServiceInTest({ engine });
      const stored = await storeLink(own.db, { maxClaims: 1 });
      const ann = visitorOf(own.app);
      const { claimId } = (await ann.claim(stored.token)).body;
      own.advance(WINDOW_MS - 5_000);
      expect((await ann.urls(stored.token, claimId)).body.urls[0].expiresIn).toBeLessThanOrEqual(5);
      own.advance(5_000);
      expect(await ann.urls(stored.token, claimId)).toMatchObject(over);
      expect(await ann.look(stored.token)).toMatchObject(over);
    });

    it("a visitor gets no URLs of a download claim after the link gets a new URL", async () => {
      const { stored, ann, claimId } = await claimed({ maxClaims: 1 });
      const { kysely } = service.database.db;
      await kysely.updateTable("links").set({ generation: 1 }).where("id", "=", stored.link.id).execute();
      expect(await ann.urls(stored.token, claimId)).toMatchObject(over);
      expect(await ann.look(stored.token)).toMatchObject(over);
      expect(await ann.urls(tokenOfLink({ id: stored.link.id, generation: 1 }), claimId)).toMatchObject(over);
    });

    it("a download claim gives no URL of a file that was deleted or removed from the link", async () => {
      const { stored, ann, claimId } = await claimed({ fileCount: 3, opens: (files) => files });
      const [deleted, removed, left] = stored.files.map(({ id }) => id);
      await service.db.transaction((tx) => attachmentQueries(tx).delete(deleted as string));
      const { kysely } = service.database.db;
      await kysely
        .deleteFrom("link_files")
        .where("attachment_id", "=", removed as string)
        .execute();
      for (const id of [deleted, removed]) {
        const { body } = await ann.urls(stored.token, claimId, { attachmentIds: [id] });
        expect(body.code).toBe("attachment_not_found");
      }
      expect((await ann.urls(stored.token, claimId)).body.urls).toMatchObject([{ attachmentId: left }]);
    });

    it("a visitor gets no URLs of a download claim after the link is revoked", async () => {
      const { stored, ann, claimId } = await claimed();
      const { kysely } = service.database.db;
      await kysely.updateTable("links").set({ revoked_at: 1 }).where("id", "=", stored.link.id).execute();
      expect(await ann.urls(stored.token, claimId)).toMatchObject(over);
      expect(await ann.claim(stored.token)).toMatchObject(over);
    });

    it("a visitor gets no URLs of a download claim if the link is revoked during the request", async () => {
      const { stored, ann, claimId } = await claimed();
      const { kysely } = service.database.db;
      const replica = await startServiceInTest({
        engine,
        beside: service,
        wrap: {
          database: (db) => ({
            ...db,
            transaction: async (work) => {
              await kysely.updateTable("links").set({ revoked_at: 1 }).where("id", "=", stored.link.id).execute();
              return db.transaction(work);
            },
          }),
        },
      });
      const there = visitorOf(replica.app, { cookies: ann.cookies });
      expect(await there.urls(stored.token, claimId)).toMatchObject(over);
      expect(await visitorOf(replica.app).claim(stored.token)).toMatchObject(over);
    });

    it("a visitor gets no URLs of a download claim after the link's creator loses access", async () => {
      const stored = await storeLink(service.db, { createdBy: "bob" });
      const share = { userId: "bob", role: "editor", expiresAt: undefined, createdAt: 1, createdBy: "ann" } as const;
      await shareQueries(service.db).put({ noteId: stored.note.id }, share);
      const ann = visitor();
      const { claimId } = (await ann.claim(stored.token)).body;
      expect((await ann.urls(stored.token, claimId)).status).toBe(200);
      await shareQueries(service.db).put({ noteId: stored.note.id }, { ...share, role: "viewer" });
      expect(await ann.urls(stored.token, claimId)).toMatchObject(over);
      expect(await ann.look(stored.token)).toMatchObject(over);
    });
  });

  describe("requirements 22 and 30: tries to guess the password of a link", () => {
    const headers = { "x-forwarded-for": "203.0.113.9" };
    const guess = (token: string, { nth, password = "wrong" }: { nth: number; password?: string }) =>
      visitor({ ip: addressOf(nth) }).send(`POST /public/links/${token}/unlock`, { json: { password }, headers });

    it("a visitor's password try is not delayed while one person sets many link passwords", async () => {
      const { token, note } = await storeLink(service.db, { password: PASSWORD });
      const owner = service.as(note.ownerId);
      let ended = 0;
      const busy = Array.from({ length: 12 }, async () => {
        await owner.send(`POST /notes/${note.id}/links`, { json: { password: "a new password" } });
        ended += 1;
      });
      expect((await guess(token, { nth: 70, password: PASSWORD })).status).toBe(204);
      expect(ended).toBeLessThan(12);
      await Promise.all(busy);
    });

    it("password tries from one IP address are limited, whatever X-Forwarded-For says", async () => {
      const { token } = await storeLink(service.db, { password: PASSWORD });
      const tryAs = (nth: number) =>
        visitor({ ip: addressOf(1) }).send(`POST /public/links/${token}/unlock`, {
          json: { password: "wrong" },
          headers: { "x-forwarded-for": addressOf(nth) },
        });
      const statuses: number[] = [];
      // Up to five requests from one IP address may wait at the same time. The service refuses further requests, and does not count refused
      // requests.
      for (let nth = 0; nth < 30; nth += 5) {
        const answers = await Promise.all([0, 1, 2, 3, 4].map((more) => tryAs(nth + more)));
        statuses.push(...answers.map(({ status }) => status));
      }
      expect([countOf(statuses, 403), countOf(statuses, 429)]).toEqual([10, 20]);
      const refused = await guess(token, { nth: 1, password: PASSWORD });
      expect(refused).toMatchObject({ status: 429, body: { code: "rate_limited" } });
      expect(Number(refused.headers["retry-after"])).toBeGreaterThan(60);
      expect((await guess(token, { nth: 2, password: PASSWORD })).status).toBe(204);
    });

    it("password tries for one link from 50 IP addresses are limited together", async () => {
      const own = await startServiceInTest({ engine });
      const { token } = await storeLink(own.db, { password: PASSWORD, maxClaims: 2 });
      const at = (nth: number) => visitorOf(own.app, { ip: addressOf(nth) });
      const unlocked = at(99);
      expect((await unlocked.unlock(token, PASSWORD)).status).toBe(204);
      const statuses: number[] = [];
      for (let round = 0; round < 3; round += 1) {
        const tries = await Promise.all(Array.from({ length: 50 }, (_, nth) => at(nth).unlock(token, "wrong")));
        statuses.push(...tries.map(({ status }) => status));
      }
      expect([countOf(statuses, 403), countOf(statuses, 429)]).toEqual([100, 50]);
      expect((await at(60).unlock(token, PASSWORD)).status).toBe(429);
      expect((await unlocked.claim(token)).status).toBe(201);
      own.advance(UNLOCK_WINDOW_MS);
      expect((await at(60).unlock(token, PASSWORD)).status).toBe(204);
    });

    it("all IP addresses of an IPv6 network share one limit of password tries", async () => {
      const { token } = await storeLink(service.db, { password: PASSWORD });
      const at = (ip: string) => visitor({ ip });
      const statuses: number[] = [];
      for (let nth = 0; nth < 12; nth += 1) {
        statuses.push((await at(`2001:db8:1:1::${nth}`).unlock(token, "wrong")).status);
      }
      expect([countOf(statuses, 403), countOf(statuses, 429)]).toEqual([10, 2]);
      expect((await at("2001:db8:1:2::1").unlock(token, PASSWORD)).status).toBe(204);
    });

    it("password tries that a link's limit refuses do not count in the client's limit", async () => {
      const own = await startServiceInTest({ engine });
      const { token } = await storeLink(own.db, { password: PASSWORD });
      const at = (nth: number) => visitorOf(own.app, { ip: addressOf(nth) });
      for (let nth = 0; nth < 10; nth += 1) {
        await Promise.all([0, 1, 2, 3, 4].map(() => at(nth).unlock(token, "wrong")));
      }
      own.advance(UNLOCK_WINDOW_MS / 2);
      for (let nth = 0; nth < 10; nth += 1) {
        await Promise.all([0, 1, 2, 3, 4].map(() => at(nth + 10).unlock(token, "wrong")));
      }
      for (let nth = 0; nth < 12; nth += 1) expect((await at(60).unlock(token, PASSWORD)).status).toBe(429);
      own.advance(UNLOCK_WINDOW_MS / 2);
      expect((await at(60).unlock(token, PASSWORD)).status).toBe(204);
    });

    it("tries with the right password do not count in a client's limit of password tries", async () => {
      const { token } = await storeLink(service.db, { password: PASSWORD });
      for (let nth = 0; nth < 15; nth += 1) {
        expect((await guess(token, { nth: 3, password: PASSWORD })).status).toBe(204);
      }
    });
  });

  /** Sends ten requests at the same time, of which the limit permits four. */
  async function expectFourOfTen(success: number, send: () => Promise<{ status: number }>) {
    const answers = await Promise.all(Array.from({ length: 10 }, send));
    const statuses = answers.map(({ status }) => status);
    expect([countOf(statuses, success), countOf(statuses, 429)]).toEqual([4, 6]);
  }

  it("requirement 30: one IP address can make at most 60 download claims of a link in a minute", async () => {
    const { token, link } = await storeLink(service.db);
    await fillWindow(service.db, { limit: "link claims", holder: `${link.id} 192.0.2.70`, count: 56 });
    await expectFourOfTen(201, () => visitor({ ip: "192.0.2.70" }).claim(token));
    expect((await visitor({ ip: "192.0.2.71" }).claim(token)).status).toBe(201);
  });

  it("requirement 30: one IP address can get only a limited number of URLs of a link", async () => {
    const { token, link } = await storeLink(service.db);
    const cat = visitor({ ip: "192.0.2.72" });
    const { claimId } = (await cat.claim(token)).body;
    await fillWindow(service.db, { limit: "link urls", holder: `${link.id} 192.0.2.72`, count: 296 });
    await expectFourOfTen(200, () => cat.urls(token, claimId));
    const elsewhere = visitor({ ip: "192.0.2.73", cookies: cat.cookies });
    expect((await elsewhere.urls(token, claimId)).status).toBe(200);
  });

  it("requirement 30: one IP address can count as only a limited number of visitors of a link", async () => {
    const stored = await storeLink(service.db);
    const call = `POST /public/links/${stored.token}/unlock`;
    await fillWindow(service.db, { limit: "link looks", holder: "192.0.2.81", count: 296 });
    await expectFourOfTen(204, () => visitor({ ip: "192.0.2.81" }).send(call, { json: { password: "x" } }));
    const curl = { form: "password=x" };
    const { status } = await visitor({ ip: "192.0.2.81" }).send(`POST /s/${stored.token}/download`, curl);
    expect(status).toBe(429);
    expect(await linkOf(stored)).toMatchObject({ opened: 4 });
  });

  it("requirement 30: one IP address can open a link only a limited number of times", async () => {
    const { token } = await storeLink(service.db);
    const bob = visitor({ ip: "192.0.2.80" });
    await bob.look(token);
    await fillWindow(service.db, { limit: "link looks", holder: "192.0.2.80", count: 295 });
    await expectFourOfTen(200, () => bob.look(token));
  });
});
