import { readFile, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { settings } from "../../../packages/web/src/texts/en/settings.ts";
import { terminalTexts as words } from "../../../packages/web/src/texts/en/terminal.ts";
import { listen } from "../testing/forward.ts";
import type { Person } from "../web/testing/person.ts";
import { startWeb } from "../web/testing/start-web.ts";
import { type Machine, makeMachine } from "./testing/terminal.ts";

describe("valetkey login", () => {
  const web = startWeb();

  /** Starts `valetkey login`, and returns the code that the terminal shows. */
  async function startLogin(machine: Machine) {
    const login = machine.start(["login", web.service.url]);
    let shown = "";
    const code = await new Promise<string>((resolve) => {
      login.child.stderr?.on("data", (chunk) => {
        shown += chunk;
        const [code] = /\b[B-Z]{4}-[B-Z]{4}\b/.exec(shown) ?? [];
        if (code !== undefined) resolve(code);
      });
    });
    return { ...login, code, shown };
  }

  async function typeCode({ page }: Person, code: string): Promise<void> {
    await page.goto("/terminal");
    await page.getByLabel(words.code, { exact: true }).fill(code);
    await page.getByRole("button", { name: words.next }).click();
    await page.getByText(words.ask).waitFor();
  }

  it("requirement 62: a person confirms the code of valetkey login in the browser", async () => {
    const ann = await web.person("Ann Terminal");
    const machine = await makeMachine();
    const { code, ended, shown } = await startLogin(machine);
    expect(shown).toContain(`${web.service.url}/terminal `);
    await typeCode(ann, code);
    await ann.page.getByText(`on ${hostname()}`).waitFor();
    await ann.page.getByText(ann.email, { exact: true }).waitFor();
    await ann.page.getByRole("button", { name: words.confirm }).click();
    await ann.page.getByText(words.done.confirm.title).waitFor();
    expect(await ended).toMatchObject({ code: 0, stdout: "", stderr: expect.stringContaining(`as ${ann.email}.`) });
    const file = join(machine.home, ".config/valetkey/credentials.json");
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const { token } = JSON.parse(await readFile(file, "utf8"));
    await writeFile(join(machine.folder, "a.txt"), "a");
    expect(await machine.run(["send", "a.txt"])).toMatchObject({ code: 0 });

    await ann.page.getByRole("link", { name: words.tokens }).click();
    const row = ann.page.getByRole("listitem").filter({ hasText: `on ${hostname()}` });
    await row.getByRole("button").click();
    await row.getByRole("button", { name: settings.tokens.revoke, exact: true }).click();
    await row.waitFor({ state: "detached" });
    const refused = await machine.run(["send", "a.txt", "--note", "again"]);
    expect(refused).toMatchObject({ code: 3, stderr: expect.stringContaining("Sign in again") });
    // No request of the browser had the code or the token in its URL.
    const urls = [...ann.watch.requests.values()].flat().map((request) => JSON.stringify(request.url));
    for (const secret of [code, code.replace("-", ""), token]) expect(urls.join()).not.toContain(secret);
  });

  it("requirement 62: valetkey login stores no token if the person refuses the code", async () => {
    const ann = await web.person("Ann Refuses");
    ann.watch.expect(/^404 POST .*\/token-requests\/look$/);
    const machine = await makeMachine();
    const { code, ended } = await startLogin(machine);
    await ann.page.goto("/terminal");
    await ann.page.getByLabel(words.code, { exact: true }).fill("BBBB-BBBB");
    await ann.page.getByRole("button", { name: words.next }).click();
    await ann.page.getByRole("alert").waitFor();
    await typeCode(ann, code);
    await ann.page.getByRole("button", { name: words.refuse }).click();
    await ann.page.getByText(words.done.refuse.hint).waitFor();
    expect(await ended).toMatchObject({ code: 3, stderr: expect.stringContaining("refused") });
    await expect(stat(join(machine.home, ".config/valetkey/credentials.json"))).rejects.toThrow("ENOENT");
  });

  it("valetkey logout revokes and deletes the token of valetkey login", async () => {
    const ann = await web.person("Ann Leaves");
    const machine = await makeMachine();
    const { code, ended } = await startLogin(machine);
    await ann.client.tokens.answerRequest({ code, decision: "confirm" });
    expect((await ended).code).toBe(0);
    expect((await ann.client.tokens.list()).tokens).toHaveLength(1);
    // The variables with the prefix VALETKEY_ are another sign-in. An empty XDG_CONFIG_HOME counts as unset.
    const env = { VALETKEY_URL: "http://127.0.0.1:9", VALETKEY_TOKEN: "vk_other", XDG_CONFIG_HOME: "" };
    const left = await machine.run(["logout"], { env });
    expect(left).toMatchObject({
      code: 0,
      stderr: expect.stringContaining(`out of ${web.service.url}. The token is revoked`),
    });
    expect((await ann.client.tokens.list()).tokens).toEqual([]);
    expect(await machine.run(["send", "a.txt"])).toMatchObject({ code: 3 });
  });

  it("valetkey login refuses an unknown token on standard input", async () => {
    const ann = await web.person("Ann Pastes");
    const machine = await makeMachine();
    const { token } = await ann.client.tokens.create({ label: "pasted" });
    const wrong = await machine.run(["login", web.service.url, "--token"], { input: `${token}x\n` });
    expect(wrong).toMatchObject({ code: 3 });
    expect(await machine.run(["login", web.service.url, "--token"], { input: `${token}\n` })).toMatchObject({
      code: 0,
    });
    expect(await machine.run(["logout"])).toMatchObject({ code: 0, stderr: expect.stringContaining("still works") });
    expect((await ann.client.tokens.list()).tokens).toHaveLength(1);
  });

  it("valetkey login sends nothing to another host to which the service redirects", async () => {
    const seen: string[] = [];
    const other = createServer((request, response) => response.end(String(seen.push(request.url ?? ""))));
    const otherPort = await listen(other);
    const location = `http://127.0.0.1:${otherPort}/me`;
    const service = createServer((_request, response) => response.writeHead(307, { location }).end());
    onTestFinished(() => [other, service].forEach((server) => void server.close()));
    const machine = await makeMachine();
    const url = `http://127.0.0.1:${await listen(service)}`;
    const refused = await machine.run(["login", url, "--token"], { input: "vk_secret" });
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`redirects to http://127.0.0.1:${otherPort}`),
    });
    expect(seen).toEqual([]);
  });
});
