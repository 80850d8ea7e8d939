import { describe, expect, it } from "vitest";
import { engines } from "../../testing/database/test-databases.ts";
import { useService } from "../../testing/use-service.ts";
import { unknownId } from "../../testing/world.ts";

describe.each(engines)("API tokens of users on $name", (engine) => {
  const service = useService({ engine });
  const ann = service.as("ann");

  /** Returns an API token of a user who has an account, and does not come from a JWT. */
  async function tokenOfAccount({ isAdmin = false } = {}): Promise<string> {
    const id = `account-${isAdmin}`;
    await service.useCases.rememberPerson({ id, email: undefined, name: "Account", isAdmin });
    return (await service.useCases.createApiTokenOf(id, { label: "first", expiresAt: undefined })).token;
  }

  const withToken = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

  it("GET /me returns the user who sends the request", async () => {
    const me = {
      id: "ann",
      email: "ann@example.com",
      emailProven: false,
      name: "ann",
      isAdmin: false,
      hasPassword: false,
    };
    expect((await ann.send("GET /me")).body).toEqual(me);
  });

  it("an API token works as its user until the user revokes the token", async () => {
    const created = await ann.send("POST /tokens", { json: { label: "laptop" } });
    expect([created.status, created.headers["cache-control"]]).toEqual([201, "no-store"]);
    const { id, token, lastUsedAt } = created.body;
    expect(lastUsedAt).toBeNull();
    expect(token).toMatch(/^vk_[\w-]{43}$/);
    expect((await service.anonymous.send("GET /me", withToken(token))).body.id).toBe("ann");
    const listed = await ann.send("GET /tokens");
    expect(listed.body.tokens).toEqual([
      {
        ...{ id, label: "laptop", createdAt: expect.any(String), expiresAt: expect.any(String) },
        lastUsedAt: expect.toBeOneOf([null, expect.any(String)]),
      },
    ]);
    expect((await service.as("bob").send(`DELETE /tokens/${id}`)).body.code).toBe("token_not_found");
    expect((await ann.send(`DELETE /tokens/${id}`)).status).toBe(204);
    const after = await service.anonymous.send("GET /me", withToken(token));
    expect(after.body).toMatchObject({ status: 401, code: "unauthenticated" });
    expect(after.headers["www-authenticate"]).toMatch(/^Bearer/);
    expect((await ann.send(`DELETE /tokens/${id}`)).status).toBe(404);
  });

  it("GET /tokens returns the last use of an API token, accurate to one hour", async () => {
    const token = await tokenOfAccount();
    const lastUse = async () => {
      const { tokens } = (await service.anonymous.send("GET /tokens", withToken(token))).body;
      return Date.parse(tokens[0].lastUsedAt);
    };
    await expect.poll(lastUse).toBeGreaterThan(0);
    const first = await lastUse();
    service.advance(59 * 60_000);
    for (let times = 0; times < 3; times += 1) expect(await lastUse()).toBe(first);
    service.advance(2 * 60_000);
    await Promise.all([lastUse(), lastUse(), lastUse()]);
    await expect.poll(lastUse).toBeGreaterThan(first + 3_600_000);
    service.advance(-61 * 60_000);
  });

  describe("requirement 36: API tokens of a JWT's user", () => {
    const DAY_MS = 86_400_000;
    const inDays = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString();
    const create = (expiresAt: string | null, headers?: object) =>
      (headers === undefined ? ann : service.anonymous).send("POST /tokens", {
        json: { label: "app", expiresAt },
        ...headers,
      });

    it("an API token of a JWT's user expires within 90 days by default", async () => {
      const left = Date.parse((await create(null)).body.expiresAt) - Date.now();
      expect(left).toBeGreaterThan(89.9 * DAY_MS);
      expect(left).toBeLessThanOrEqual(90 * DAY_MS);
    });

    it("an API token of a JWT's user can't be valid for more than 90 days", async () => {
      const { body } = await create(inDays(91));
      expect(body).toMatchObject({ status: 400, code: "invalid_request", detail: expect.stringContaining("90 days") });
      expect((await create(inDays(89))).status).toBe(201);
    });

    it("an API token never outlives the API token that created it", async () => {
      const { token, expiresAt } = (await create(inDays(2))).body;
      expect((await create(null, withToken(token))).body.expiresAt).toBe(expiresAt);
      expect((await create(inDays(3), withToken(token))).status).toBe(400);
    });

    it("an API token that the operator creates for a JWT's user has no expiry by default", async () => {
      await ann.send("GET /me");
      const { record } = await service.useCases.createApiTokenOf("ann", { label: "cli", expiresAt: undefined });
      expect(record.expiresAt).toBeUndefined();
    });
  });

  it("an API token of an account has no expiry by default", async () => {
    const json = { label: "backup" };
    const { body } = await service.anonymous.send("POST /tokens", { ...withToken(await tokenOfAccount()), json });
    expect(body.expiresAt).toBeNull();
  });

  it("DELETE /tokens revokes only the API tokens of the caller", async () => {
    const { token } = (await service.as("cleo").send("POST /tokens", { json: { label: "a" } })).body;
    await service.as("cleo").send("POST /tokens", { json: { label: "b" } });
    const other = (await service.as("dora").send("POST /tokens", { json: { label: "c" } })).body;
    expect((await service.as("cleo").send("DELETE /tokens")).status).toBe(204);
    expect((await service.as("cleo").send("GET /tokens")).body.tokens).toEqual([]);
    expect((await service.anonymous.send("GET /me", withToken(token))).status).toBe(401);
    expect((await service.anonymous.send("GET /me", withToken(other.token))).status).toBe(200);
  });

  describe("requirement 36: API tokens of another user", () => {
    const asAdmin = async (call: string) =>
      service.anonymous.send(call, withToken(await tokenOfAccount({ isAdmin: true })));

    it("an administrator can list and revoke the API tokens of another user", async () => {
      const { id, token } = (await service.as("eve").send("POST /tokens", { json: { label: "a" } })).body;
      await service.as("eve").send("POST /tokens", { json: { label: "b" } });
      expect((await asAdmin("GET /tokens?userId=eve")).body.tokens).toHaveLength(2);
      expect((await asAdmin(`DELETE /tokens/${id}`)).status).toBe(204);
      expect((await service.anonymous.send("GET /me", withToken(token))).status).toBe(401);
      expect((await asAdmin(`DELETE /tokens/${id}`)).body.code).toBe("token_not_found");
      expect((await asAdmin("DELETE /tokens?userId=eve")).status).toBe(204);
      expect((await service.as("eve").send("GET /tokens")).body.tokens).toEqual([]);
    });

    it.each(["GET /tokens?userId=eve", "DELETE /tokens?userId=eve"])(
      "%s returns 403 to a user who is not an administrator",
      async (call) => {
        expect((await ann.send(call)).body).toMatchObject({ status: 403, code: "access_denied" });
      },
    );
  });

  it("an API token stops working at its expiry", async () => {
    const expiresAt = new Date(Date.now() + 60_000).toISOString();
    const { token } = (await ann.send("POST /tokens", { json: { label: "short", expiresAt } })).body;
    expect((await service.anonymous.send("GET /me", withToken(token))).status).toBe(200);
    service.advance(60_001);
    expect((await service.anonymous.send("GET /me", withToken(token))).status).toBe(401);
    service.advance(-60_001);
  });

  it.each(["2096-02-29T23:59:59.999999999Z", "9999-12-31T23:59:59Z"])(
    "POST /tokens accepts the expiry %s",
    async (expiresAt) => {
      const { status, body } = await service.anonymous.send("POST /tokens", {
        ...withToken(await tokenOfAccount()),
        json: { label: "a", expiresAt },
      });
      expect([status, body.expiresAt?.slice(0, 19)]).toEqual([201, expiresAt.slice(0, 19)]);
    },
  );

  it.each([
    { label: "" },
    { label: "x".repeat(101) },
    { label: "a\u0000" },
    { label: "a\ud800b" },
    {},
    { label: "a", expiresAt: "2027-02-30T00:00:00Z" },
    { label: "a", expiresAt: "2100-02-29T00:00:00Z" },
    { label: "a", expiresAt: "2100-04-31T23:59:59.999Z" },
    { label: "a", expiresAt: "2100-01-01T24:00:00Z" },
    { label: "a", expiresAt: "2001-01-01T00:00:00Z" },
    { label: "a", expiresAt: "2999-13-01T00:00:00Z" },
    { label: "a", userId: "bob" },
    { label: "a", token: unknownId() },
  ])("POST /tokens refuses the body %j", async (json) => {
    expect((await ann.send("POST /tokens", { json })).body).toMatchObject({ status: 400, code: "invalid_request" });
  });
});
