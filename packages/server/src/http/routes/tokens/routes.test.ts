import { describe, expect, it } from "vitest";
import { engines } from "../../../db/testing/test-databases.ts";
import { useService } from "../../testing/use-service.ts";
import { unknownId } from "../../testing/world.ts";

describe.each(engines)("tokens on $name", (engine) => {
  const service = useService({ engine });
  const ann = service.as("ann");

  const withToken = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

  it("GET /me returns the caller", async () => {
    const me = { id: "ann", email: "ann@example.com", name: "ann", isAdmin: false };
    expect((await ann.send("GET /me")).body).toEqual(me);
  });

  it("creates a token that acts as its user until it is revoked", async () => {
    const created = await ann.send("POST /tokens", { json: { label: "laptop" } });
    expect([created.status, created.headers["cache-control"]]).toEqual([201, "no-store"]);
    const { id, token } = created.body;
    expect(token).toMatch(/^vk_[\w-]{43}$/);
    expect((await service.anonymous.send("GET /me", withToken(token))).body.id).toBe("ann");
    const listed = await ann.send("GET /tokens");
    expect(listed.body.tokens).toEqual([{ id, label: "laptop", createdAt: expect.any(String), expiresAt: null }]);
    expect((await service.as("bob").send(`DELETE /tokens/${id}`)).body.code).toBe("token_not_found");
    expect((await ann.send(`DELETE /tokens/${id}`)).status).toBe(204);
    const after = await service.anonymous.send("GET /me", withToken(token));
    expect(after.body).toMatchObject({ status: 401, code: "unauthenticated" });
    expect(after.headers["www-authenticate"]).toMatch(/^Bearer/);
    expect((await ann.send(`DELETE /tokens/${id}`)).status).toBe(404);
  });

  it("creates a token that expires", async () => {
    const expiresAt = new Date(Date.now() + 60_000).toISOString();
    const { token } = (await ann.send("POST /tokens", { json: { label: "short", expiresAt } })).body;
    expect((await service.anonymous.send("GET /me", withToken(token))).status).toBe(200);
    service.advance(60_001);
    expect((await service.anonymous.send("GET /me", withToken(token))).status).toBe(401);
    service.advance(-60_001);
  });

  it.each(["2096-02-29T23:59:59.999999999Z", "9999-12-31T23:59:59Z"])("accepts the expiry %s", async (expiresAt) => {
    const { status, body } = await ann.send("POST /tokens", { json: { label: "a", expiresAt } });
    expect([status, body.expiresAt?.slice(0, 19)]).toEqual([201, expiresAt.slice(0, 19)]);
  });

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
  ])("refuses %j", async (json) => {
    expect((await ann.send("POST /tokens", { json })).body).toMatchObject({ status: 400, code: "invalid_request" });
  });
});
