import { v7 as uuidv7 } from "uuid";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type JwksServer,
  newSigningKey,
  type SigningKey,
  signWith,
  startJwksServer,
} from "../../../testing/auth/jwks-server.ts";
import { signTestJwt } from "../../../testing/auth/test-jwt.ts";
import { engines } from "../../../testing/database/test-databases.ts";
import { type Answer, startService, type TestService } from "../../../testing/service.ts";
import { useService } from "../../../testing/use-service.ts";
import { peopleQueries } from "../../people/queries.ts";

const PASSWORD = "correct horse battery";
const inAnHour = () => Math.floor(Date.now() / 1000) + 3600;

describe.each(engines)("requirement 33: subjects of JWTs on $name", (engine) => {
  let keyServer: JwksServer;
  let key: SigningKey;
  beforeAll(async () => {
    keyServer = await startJwksServer();
    key = await newSigningKey("ES256", "k1");
    keyServer.publish(key);
  });
  afterAll(() => keyServer.close());
  const service = useService(() => ({ engine, hasAccounts: true, jwksUrl: keyServer.url }));

  const bySecret = async (sub: string) => ({ authorization: `Bearer ${await signTestJwt({ sub })}` });
  const byKeySet = async (sub: string) => ({
    authorization: `Bearer ${await signWith(key, { sub, exp: inAnHour() })}`,
  });
  const send = (call: string, headers: object, json?: unknown): Promise<Answer> =>
    service.anonymous.send(call, { headers, json });
  const me = async (headers: object): Promise<string> => (await send("GET /me", headers)).body.id;

  /** Creates an account of an administrator, who has a note. */
  async function createAdministrator() {
    const email = `${uuidv7()}@example.com`;
    const headers = { origin: "https://files.example.com" };
    const signedUp = await send("POST /auth/sign-up/email", headers, { email, name: "Ann", password: PASSWORD });
    const { id } = signedUp.body.user;
    await service.useCases.rememberPerson({ id, email, name: "Ann", isAdmin: true });
    const [cookie = ""] = [signedUp.headers["set-cookie"]].flat().map((line) => line?.split(";", 1)[0]);
    const session = { ...headers, cookie };
    const { body: note } = await send("POST /notes", session, { title: "Mine" });
    return { id: id as string, session, noteId: note.id as string };
  }

  it("a JWT whose subject is the id of an administrator identifies a different user", async () => {
    const admin = await createAdministrator();
    for (const headers of [await bySecret(admin.id), await byKeySet(admin.id)]) {
      const { body } = await send("GET /me", headers);
      expect(body).toMatchObject({ id: expect.not.stringMatching(admin.id), isAdmin: false });
      expect((await send(`GET /notes/${admin.noteId}`, headers)).body.code).toBe("access_denied");
    }
  });

  it("an account keeps its notes and its role when a JWT has the account's id as its subject", async () => {
    const admin = await createAdministrator();
    await send("GET /me", await bySecret(admin.id));
    expect((await send("GET /me", admin.session)).body).toMatchObject({ id: admin.id, isAdmin: true });
    expect((await send("GET /notes", admin.session)).body.items).toMatchObject([{ id: admin.noteId }]);
  });

  it("the same JWT subject is one user for the JWT secret, and another for the key set", async () => {
    expect(await me(await bySecret("twin"))).toBe("twin");
    const other = await me(await byKeySet("twin"));
    expect(other).not.toBe("twin");
    expect(await me(await byKeySet("twin"))).toBe(other);
    expect(await me(await bySecret("twin"))).toBe("twin");
  });

  it.each([bySecret, byKeySet])(
    "a JWT subject that looks like a visitor's id gets another user id",
    async (headersOf) => {
      const sub = `visitor:${uuidv7()}`;
      const id = await me(await headersOf(sub));
      expect(id).not.toMatch(/^visitor:/);
      expect(await me(await headersOf(sub))).toBe(id);
    },
  );

  it("a JWT whose subject is a user's generated id identifies a different user", async () => {
    await me(await bySecret("popular"));
    const generated = await me(await byKeySet("popular"));
    expect(await me(await bySecret(generated))).not.toBe(generated);
  });

  it("two replicas record only one user for simultaneous first requests with a JWT", async () => {
    const { id } = await createAdministrator();
    const { database, bucketServer } = service;
    const replica = await startService({ engine, beside: { database, bucketServer } });
    const headers = await bySecret(id);
    const onReplica = async () => (await replica.anonymous.send("GET /me", { headers })).body.id;
    const ids = await Promise.all([me(headers), onReplica(), me(headers), onReplica()]);
    await replica.close();
    expect(new Set(ids)).toHaveLength(1);
    expect(ids[0]).not.toBe(id);
  });

  describe("users of JWTs as receivers of a share", () => {
    async function share(headers: object, userIds: string[]) {
      const { body: note } = await send("POST /notes", headers, { title: "Shared" });
      const { body } = await send(`PUT /notes/${note.id}/shares`, headers, { userIds });
      return { noteId: note.id as string, ...body };
    }

    it("a share looks up a user id first among the subjects of the sharer's JWT issuer", async () => {
      await me(await bySecret("both"));
      const ofKeySet = await me(await byKeySet("both"));
      const { shares, results } = await share(await byKeySet("sharer"), ["both"]);
      expect(results).toEqual([{ userId: "both", outcome: "shared" }]);
      expect(shares).toMatchObject([{ userId: ofKeySet }]);
    });

    it("a share never looks up a user id among the subjects of another JWT issuer", async () => {
      await me(await bySecret("only-by-secret"));
      const { shares, results } = await share(await byKeySet("sharer"), ["only-by-secret"]);
      expect({ shares, results }).toEqual({ shares: [], results: [{ userId: "only-by-secret", outcome: "unknown" }] });
    });

    it("a user of a JWT can share a note with an account by the id of the account", async () => {
      const { id, session } = await createAdministrator();
      const { noteId } = await share(await bySecret("sharer"), [id]);
      expect((await send(`GET /notes/${noteId}`, session)).status).toBe(200);
    });

    it("a share with an unknown user id waits for this subject of the sharer's JWT issuer", async () => {
      const { noteId } = await share(await byKeySet("sharer"), ["later"]);
      expect((await send(`GET /notes/${noteId}`, await bySecret("later"))).status).toBe(403);
      expect((await send(`GET /notes/${noteId}`, await byKeySet("later"))).status).toBe(200);
    });

    it("with two JWT issuers, an account can't share with an unknown user id", async () => {
      const { session } = await createAdministrator();
      expect((await share(session, ["nobody-yet"])).results).toEqual([{ userId: "nobody-yet", outcome: "unknown" }]);
    });

    it("the revocation of a share accepts the JWT subject that the share named", async () => {
      for (const headers of [await bySecret("revoked"), await byKeySet("revoked")]) await me(headers);
      const sharer = await byKeySet("sharer");
      const { noteId } = await share(sharer, ["revoked"]);
      expect((await send(`GET /notes/${noteId}`, await byKeySet("revoked"))).status).toBe(200);
      expect((await send(`DELETE /notes/${noteId}/shares/revoked`, sharer)).status).toBe(204);
      expect((await send(`GET /notes/${noteId}`, await byKeySet("revoked"))).status).toBe(403);
    });
  });
});

describe.each(engines)("users that a version without JWT identities recorded, on $name", (engine) => {
  const service: TestService = useService({ engine });

  it("a JWT identifies the user that an earlier version recorded for its subject", async () => {
    await peopleQueries(service.db).put({ id: "late", email: undefined, name: "Late", isAdmin: false, now: 1 });
    expect((await service.as("late").send("GET /me")).body).toMatchObject({ id: "late" });
  });
});
