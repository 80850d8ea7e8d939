import { beforeAll, describe, expect, it } from "vitest";
import { engines } from "../../../testing/database/test-databases.ts";
import { startService, type TestService } from "../../../testing/service.ts";
import { useService } from "../../../testing/use-service.ts";
import { createWorld, type World } from "../../../testing/world.ts";

const origin = "https://files.example.com";
const account = { email: "ann@example.com", password: "correct horse battery" };

describe.each(engines)("requirement 35: a disabled user on $name", (engine) => {
  const service: TestService = useService({ engine, hasAccounts: true });
  let world: World;
  beforeAll(async () => {
    world = await createWorld(service);
  });

  const post = (path: string, json: object) => service.anonymous.send(`POST ${path}`, { json, headers: { origin } });

  it("a replica refuses a cached JWT after another replica disables its user", async () => {
    const { database, bucketServer } = service;
    const replica = await startService({ engine, beside: { database, bucketServer } });
    const viewer = replica.as("viewer");
    const calls = ["GET /me", "GET /notes", "POST /notes", `GET /attachments/${world.attachmentId}/url`];
    const statuses = async () => {
      const answers = [];
      for (const call of calls)
        answers.push(await viewer.send(call, call.startsWith("POST") ? { json: { title: "A" } } : {}));
      return answers.map(({ status, body }) => (status < 400 ? status : `${status} ${body.code}`));
    };
    expect(await statuses()).toEqual([200, 200, 201, 200]);
    await service.useCases.disableUser("viewer");
    expect(await statuses()).toEqual(Array(4).fill("403 access_denied"));
    const batch = await viewer.send("POST /attachments/urls", { json: { attachmentIds: [world.attachmentId] } });
    expect(batch.body).toMatchObject({ status: 403, code: "access_denied" });
    expect(await service.useCases.enableUser("viewer")).toBe(true);
    expect(await statuses()).toEqual([200, 200, 201, 200]);
    await replica.close();
  });

  it("the API token of a disabled user works again after the user is enabled", async () => {
    const { token } = (await service.as("editor").send("POST /tokens", { json: { label: "backup" } })).body;
    const me = () => service.anonymous.send("GET /me", { headers: { authorization: `Bearer ${token}` } });
    await service.useCases.disableUser("editor");
    expect((await me()).body).toMatchObject({ status: 401, code: "unauthenticated" });
    await service.useCases.enableUser("editor");
    expect((await me()).status).toBe(200);
  });

  it("a disabled user loses all sessions and can't sign in", async () => {
    const signedUp = await post("/auth/sign-up/email", { ...account, name: "Ann" });
    const [cookie = ""] = [signedUp.headers["set-cookie"]].flat().map((line) => line?.split(";", 1)[0]);
    const { id } = signedUp.body.user;
    expect((await service.anonymous.send("GET /me", { headers: { cookie } })).status).toBe(200);
    await service.useCases.disableUser(id);
    expect((await service.anonymous.send("GET /me", { headers: { cookie } })).status).toBe(401);
    expect((await post("/auth/sign-in/email", account)).body).toMatchObject({ status: 403, code: "access_denied" });
    await service.useCases.enableUser(id);
    expect((await service.anonymous.send("GET /me", { headers: { cookie } })).status).toBe(401);
    expect((await post("/auth/sign-in/email", account)).status).toBe(200);
  });

  it("a user who was disabled twice has access again after being enabled once", async () => {
    await service.useCases.disableUser("fileViewer");
    await service.useCases.disableUser("fileViewer");
    expect((await service.as("fileViewer").send("GET /me")).status).toBe(403);
    expect(await service.useCases.enableUser("fileViewer")).toBe(true);
    expect(await service.useCases.enableUser("fileViewer")).toBe(false);
  });
});
