import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { apiAs } from "./testing/api.ts";
import { makePlace, type Place, type RunningService, runCli, startProcess } from "./testing/service.ts";

const password = "correct-horse-battery-staple";

describe("administrators and the command line", () => {
  let place: Place;
  let service: RunningService;
  const key = "other-application/salaries.csv";

  beforeAll(async () => {
    place = await makePlace();
    service = await startProcess(place);
  });

  afterAll(async () => {
    await service.stop();
    await place.remove();
  });

  async function post(path: string, { json, cookie }: { json: object; cookie?: string }) {
    const headers = { "content-type": "application/json", origin: service.url, ...(cookie && { cookie }) };
    const response = await fetch(service.url + path, { method: "POST", headers, body: JSON.stringify(json) });
    const [sent = ""] = response.headers.getSetCookie().map((line) => line.split(";", 1)[0]);
    return { status: response.status, body: JSON.parse(await response.text()), cookie: sent };
  }

  it("requirement 1: the first user who signs up is not an administrator", async () => {
    const { cookie, status } = await post("/auth/sign-up/email", {
      json: { email: "first@example.com", name: "First", password },
    });
    expect(status).toBe(200);
    const me = await fetch(`${service.url}/me`, { headers: { cookie } });
    expect(await me.json()).toMatchObject({ email: "first@example.com", isAdmin: false });
    const note = await post("/notes", { json: { title: "Mine" }, cookie });
    const adopted = await post(`/notes/${note.body.id}/attachments`, { json: { key }, cookie });
    expect(adopted).toMatchObject({ status: 403, body: { code: "access_denied" } });
    // The service records a user at each sign-in. The second sign-in must not make this user an administrator.
    const again = await post("/auth/sign-in/email", { json: { email: "first@example.com", password } });
    const still = await post(`/notes/${note.body.id}/attachments`, { json: { key }, cookie: again.cookie });
    expect(still.status).toBe(403);
  });

  it.each([
    ["with --admin creates an administrator", "chief@example.com", ["--email", "chief@example.com", "--admin"], true],
    ["without --admin creates a person who is not an administrator", "clerk@example.com", ["clerk@example.com"], false],
  ])("the command `user add` %s", async (_, email, args, isAdmin) => {
    await runCli(place, ["user", "add", ...args]);
    const { stdout } = await runCli(place, ["token", "create", "--email", email]);
    const me = await (await apiAs(service.url, { token: stdout.trim() })).call("GET", "/me");
    expect(me.body.isAdmin).toBe(isAdmin);
  });

  it("the command `user admin` makes an existing account an administrator, but not before its email address is proven", async () => {
    const email = "later@example.com";
    const { body } = await post("/auth/sign-up/email", { json: { email, name: "Later", password } });
    const run = (...args: string[]) =>
      runCli(place, ["user", ...args]).catch((error: { stdout: string; stderr: string }) => error);
    expect((await run("add", email, "--admin")).stderr).toContain(
      `To make it an administrator: valetkey user admin ${email}`,
    );
    expect((await run("add", email)).stderr).toContain(
      `To get a link for a new password: valetkey user reset ${email}`,
    );
    expect((await run("admin", email)).stderr).toContain(`run first: valetkey user prove id:${body.user.id}`);
    const token = (await runCli(place, ["token", "create", "--email", email])).stdout.trim();
    const me = async () => (await (await apiAs(service.url, { token })).call("GET", "/me")).body;
    expect(await me()).toMatchObject({ isAdmin: false });
    await run("prove", `id:${body.user.id}`);
    expect((await run("admin", email)).stdout).toBe(`${email} (${body.user.id}) is an administrator now.\n`);
    expect(await me()).toMatchObject({ email, name: "Later", isAdmin: true });
    expect((await run("list", "--search", email)).stdout).toContain("  proven  administrator  ");
  });

  it("the command `user admin` refuses a person whose id looks like the given email address", async () => {
    const id = "boss@example.com";
    const stranger = await apiAs(service.url, { sub: id, email: "stranger@example.com", email_verified: true });
    await stranger.call("GET", "/me");
    const refused = await runCli(place, ["user", "admin", id]).catch((error: { stderr: string }) => error);
    expect((await stranger.call("GET", "/me")).body).toMatchObject({ id, isAdmin: false });
    expect(refused.stderr).toContain(`${id} is the id of a person. Give the email address of the person, or id:${id}`);
    const { stdout } = await runCli(place, ["user", "admin", `id:${id}`]);
    expect(stdout).toBe(`stranger@example.com (${id}) is an administrator now.\n`);
  });

  it("the command `user admin` refuses a person without an email address", async () => {
    const worker = await apiAs(service.url, { sub: "worker" });
    await worker.call("GET", "/me");
    const refused = await runCli(place, ["user", "admin", "id:worker"]).catch((error: { stderr: string }) => error);
    expect(refused.stderr).toContain("id:worker has no proven email address.");
    expect((await worker.call("GET", "/me")).body).toMatchObject({ isAdmin: false });
  });

  it.each([
    ["no email address", []],
    ["two email addresses", ["ann@example.com", "--email", "ben@example.com"]],
  ])("the command `user add` shows an example when it refuses %s", async (_, args) => {
    const refused = await runCli(place, ["user", "add", ...args]).catch((error: { stderr: string }) => error);
    expect(refused.stderr).toContain("Give one email address: valetkey user add ann@example.com");
  });

  it("the command `user prove` decides which of two people owns the same email address", async () => {
    const email = "twin@example.com";
    const json = { email, name: "Twin", password };
    const { body, cookie } = await post("/auth/sign-up/email", { json });
    const account = body.user.id;
    await (await apiAs(service.url, { sub: "twin-of-an-application", email })).call("GET", "/me");
    const refused = await runCli(place, ["user", "prove", email]).catch((error: { stderr: string }) => error);
    expect(refused.stderr).toContain(`Several people have the email address or id ${email}.`);
    for (const id of [account, "twin-of-an-application"]) expect(refused.stderr).toContain(`\n  ${id}\n`);
    const { stdout } = await runCli(place, ["user", "prove", account]);
    expect(stdout).toBe(`${email} now belongs to ${account}.\n`);
    const owner = await apiAs(service.url, { sub: "owner" });
    const note = await owner.call("POST", "/notes", { title: "Plan" });
    const shared = await owner.call("PUT", `/notes/${note.body.id}/shares`, { emails: [email] });
    expect(shared.body.shares).toEqual([]);
    const listed = await fetch(`${service.url}/notes?scope=shared`, { headers: { cookie } });
    expect(await listed.json()).toMatchObject({ items: [{ id: note.body.id }] });
  });

  it("the command `user disable` refuses a text that is one person's email and another's id", async () => {
    const email = "victim@example.com";
    const json = { email, name: "Victim", password };
    const victim = (await post("/auth/sign-up/email", { json })).body.user.id;
    await (await apiAs(service.url, { sub: email, email: "namesake@example.com" })).call("GET", "/me");
    const refused = await runCli(place, ["user", "disable", email]).catch((error: { stderr: string }) => error);
    expect(refused.stderr).toContain(`Several people have the email address or id ${email}.`);
    for (const id of [victim, email]) expect(refused.stderr).toContain(`\n  id:${id}\n`);
    const { stdout } = await runCli(place, ["user", "disable", `id:${email}`]);
    expect(stdout).toBe(`Disabled id:${email} (${email}).\n`);
    expect((await runCli(place, ["user", "disable", `id:${victim}`])).stdout).toContain(`(${victim})`);
  });

  it("the command line lists and revokes API tokens", async () => {
    const email = "tokens@example.com";
    await post("/auth/sign-up/email", { json: { email, name: "Tokens", password } });
    const create = async () => (await runCli(place, ["token", "create", "--email", email])).stdout.trim();
    const [first, second] = [await create(), await create()];
    const statusOf = async (token: string) => (await apiAs(service.url, { token })).call("GET", "/me");
    const { stdout } = await runCli(place, ["token", "list", "--email", email]);
    const [newest = ""] = stdout.split("\n");
    expect(stdout.trim().split("\n")).toHaveLength(2);
    expect(newest).toMatch(/^\S{36} {2}created \S+Z {2}never expires {2}command line$/);
    expect((await runCli(place, ["token", "revoke", newest.slice(0, 36)])).stdout).toMatch(/^Revoked /);
    expect([(await statusOf(first)).status, (await statusOf(second)).status]).toEqual([200, 401]);
    expect((await runCli(place, ["token", "revoke", "--all", "--email", email])).stdout).toBe("Revoked 1 token.\n");
    expect((await statusOf(first)).status).toBe(401);
    await expect(runCli(place, ["token", "revoke"])).rejects.toMatchObject({ code: 1 });
  });

  it("the command line disables and enables a person while the service runs", async () => {
    const email = "leaves@example.com";
    const { body } = await post("/auth/sign-up/email", { json: { email, name: "Leaves", password } });
    const { id } = body.user;
    const token = (await runCli(place, ["token", "create", "--email", email])).stdout.trim();
    const me = async () => (await apiAs(service.url, { token })).call("GET", "/me");
    expect((await runCli(place, ["user", "disable", email])).stdout).toBe(`Disabled ${email} (${id}).\n`);
    expect((await me()).status).toBe(401);
    expect((await runCli(place, ["user", "enable", id])).stdout).toBe(`Enabled ${id} (${id}).\n`);
    expect((await me()).status).toBe(200);
  });
});
