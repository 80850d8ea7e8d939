import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import { durableFolder } from "../testing/durable-folder.ts";
import { makePlace, runCli } from "../testing/service.ts";
import { seriousFindings } from "./testing/axe.ts";
import { openPerson, PASSWORD, type Person, PHONE } from "./testing/person.ts";
import { startWeb } from "./testing/start-web.ts";

const EMAIL = "root@example.com";
const PATH = "/settings/doctor";

describe("the page of the doctor", () => {
  const dataDir = mkdtempSync(join(durableFolder(), "valetkey-web-doctor-"));
  const web = startWeb({ env: { DATA_DIR: dataDir, TRUST_PROXY: "false" } });
  afterAll(() => rmSync(dataDir, { recursive: true, force: true }));
  let isAdded = false;

  /** Creates an administrator, which only the command line can do, and signs the administrator in. */
  async function administrator(): Promise<Person> {
    if (!isAdded) {
      const place = await makePlace({ DATA_DIR: dataDir });
      await runCli(place, ["user", "add", "--admin", "--email", EMAIL, "--password", PASSWORD]);
      await place.remove();
      isAdded = true;
    }
    const person = await openPerson(web.browser, { service: web.service, name: "Root", hasAccount: false });
    onTestFinished(person.close);
    const data = { email: EMAIL, password: PASSWORD };
    const headers = { origin: web.service.url };
    expect((await person.context.request.post("/auth/sign-in/email", { headers, data })).ok()).toBe(true);
    return person;
  }

  it("the page of the doctor finds no fault in a healthy service", async () => {
    const root = await administrator();
    await root.page.goto("/settings");
    await root.page.getByRole("link", { name: "Check this set-up" }).click();
    await root.page.getByText("No problem found.").waitFor();
    expect(await seriousFindings(root.page)).toEqual([]);
  });

  it("only administrators can open the page of the doctor", async () => {
    const ann = await web.person("Ann");
    await ann.page.goto("/settings");
    await ann.page.getByRole("heading", { name: "Account", exact: true }).waitFor();
    expect(await ann.page.getByRole("link", { name: "Check this set-up" }).count()).toBe(0);
    ann.watch.expect(/^403 GET .*\/admin\/doctor/);
    await ann.page.goto(PATH);
    await ann.page.getByRole("alert").getByText("The checks could not run").waitFor();
  });

  it('on a phone, the pages of administrators mark "Settings" in the bottom bar', async () => {
    const ann = await web.person("Ann", PHONE);
    ann.watch.expect(/^403 GET .*\/admin\/doctor/);
    const settings = ann.page.getByRole("navigation").getByRole("link", { name: "Settings" });
    await ann.page.goto(PATH);
    await expect.poll(() => settings.getAttribute("aria-current")).toBe("page");
    await ann.page.goto("/admin");
    await expect.poll(() => settings.getAttribute("aria-current")).toBe("true");
    await ann.page.getByRole("main").getByRole("link", { name: "Settings" }).click();
    await ann.page.waitForURL(/\/settings$/);
  });

  it("the page of the doctor reports a bucket that refuses requests or is silent", async () => {
    const root = await administrator();
    root.watch.expect(/^(403 GET|net::ERR_)/);
    const ofBucket = `${web.service.bucketOrigin}/**`;
    await root.page.route(ofBucket, (route) =>
      route.request().method() === "GET" ? route.fulfill({ status: 403, body: "" }) : route.abort("failed"),
    );
    await root.page.goto(PATH);
    await root.page.getByText("The bucket refuses requests from this page").waitFor();
    await root.page.unroute(ofBucket);
    await root.page.route(ofBucket, (route) => route.abort("connectionrefused"));
    await root.page.getByRole("button", { name: "Check again" }).click();
    await root.page.getByText("it can't reach the bucket").waitFor();
  });

  it("the page of the doctor reports a hidden ETag and changed bytes", async () => {
    const root = await administrator();
    await root.page.route(`${web.service.bucketOrigin}/**`, async (route) => {
      const response = await route.fetch();
      const headers = { ...response.headers(), "access-control-expose-headers": "content-length" };
      const isGet = route.request().method() === "GET";
      await route.fulfill({ response, headers, ...(isGet && { body: "scanned!" }) });
    });
    await root.page.goto(PATH);
    await root.page.getByText("This page can't read the ETag of an upload").waitFor();
    await root.page.getByText("returns other bytes than this browser sent").waitFor();
  });

  it("the page of the doctor reports a wrong clock of the browser", async () => {
    const root = await administrator();
    await root.page.addInitScript("const { now } = Date; Date.now = () => now() + 3_600_000");
    await root.page.goto(PATH);
    await root.page.getByText("How to fix it").click();
    await root.page.getByText(/The clocks differ by 3(599|600) seconds/).waitFor();
  });
});
