import { describe, expect, it } from "vitest";
import { engines } from "../../db/testing/test-databases.ts";
import { useService } from "../testing/use-service.ts";

const origin = "https://files.example.com";
const PASSWORD = "correct horse battery";

describe.each(engines)("requirement 36: a new password on $name", (engine) => {
  const service = useService({ engine, hasAccounts: true });

  async function signUp(email: string) {
    const json = { email, name: "Ann", password: PASSWORD };
    const { headers } = await service.anonymous.send("POST /auth/sign-up/email", { headers: { origin }, json });
    const [cookie = ""] = [headers["set-cookie"]].flat().map((line) => line?.split(";", 1)[0]);
    const session = { origin, cookie };
    const created = await service.anonymous.send("POST /tokens", { headers: session, json: { label: "backup" } });
    const authorization = `Bearer ${created.body.token}`;
    return {
      change: (change: object) =>
        service.anonymous.send("POST /auth/change-password", {
          headers: session,
          json: { currentPassword: PASSWORD, newPassword: "another horse battery", ...change },
        }),
      statusWithToken: async () => (await service.anonymous.send("GET /me", { headers: { authorization } })).status,
    };
  }

  it("revokes all API tokens if the request asks for it", async () => {
    const { change, statusWithToken } = await signUp("all@example.com");
    expect((await change({ revokeApiTokens: true })).status).toBe(200);
    expect(await statusWithToken()).toBe(401);
  });

  it("keeps the API tokens by default", async () => {
    const { change, statusWithToken } = await signUp("default@example.com");
    expect((await change({})).status).toBe(200);
    expect(await statusWithToken()).toBe(200);
  });

  it("keeps the API tokens if the current password is wrong", async () => {
    const { change, statusWithToken } = await signUp("wrong@example.com");
    expect((await change({ currentPassword: "not this one at all", revokeApiTokens: true })).status).toBe(403);
    expect(await statusWithToken()).toBe(200);
  });
});
