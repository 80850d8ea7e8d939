import { describe, expect, it } from "vitest";
import { engines } from "../../../testing/database/test-databases.ts";
import { useService } from "../../../testing/use-service.ts";
import { webhookQueries } from "../../outbox/webhook-queries.ts";

const origin = "https://files.example.com";
const PASSWORD = "correct horse battery";

describe.each(engines)("requirement 36: a password change on $name", (engine) => {
  const service = useService({ engine, hasAccounts: true });

  async function signUp(email: string) {
    const json = { email, name: "Ann", password: PASSWORD };
    const { headers, body } = await service.anonymous.send("POST /auth/sign-up/email", { headers: { origin }, json });
    const [cookie = ""] = [headers["set-cookie"]].flat().map((line) => line?.split(";", 1)[0]);
    const session = { origin, cookie };
    const created = await service.anonymous.send("POST /tokens", { headers: session, json: { label: "backup" } });
    const authorization = `Bearer ${created.body.token}`;
    const hook = { url: "https://hooks.example.com/files", events: ["upload.ready"] };
    expect((await service.anonymous.send("POST /webhooks", { headers: session, json: hook })).status).toBe(201);
    return {
      change: (change: object) =>
        service.anonymous.send("POST /auth/change-password", {
          headers: session,
          json: { currentPassword: PASSWORD, newPassword: "another horse battery", ...change },
        }),
      statusWithToken: async () => (await service.anonymous.send("GET /me", { headers: { authorization } })).status,
      countWebhooks: async () => (await webhookQueries(service.db).list(body.user.id)).length,
    };
  }

  it("a password change with revokeApiTokens deletes all API tokens and webhooks", async () => {
    const { change, statusWithToken, countWebhooks } = await signUp("all@example.com");
    expect((await change({ revokeApiTokens: true })).status).toBe(200);
    expect([await statusWithToken(), await countWebhooks()]).toEqual([401, 0]);
  });

  it("a password change keeps the API tokens and webhooks by default", async () => {
    const { change, statusWithToken, countWebhooks } = await signUp("default@example.com");
    expect((await change({})).status).toBe(200);
    expect([await statusWithToken(), await countWebhooks()]).toEqual([200, 1]);
  });

  it("a password change with a wrong current password revokes no API tokens", async () => {
    const { change, statusWithToken } = await signUp("wrong@example.com");
    expect((await change({ currentPassword: "not this one at all", revokeApiTokens: true })).status).toBe(403);
    expect(await statusWithToken()).toBe(200);
  });
});
