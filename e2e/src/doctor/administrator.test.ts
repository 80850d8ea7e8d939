import { describe, expect, it, onTestFinished } from "vitest";
import { type Api, apiAs } from "../testing/api.ts";
import { endOfCli, makePlace, startProcess } from "../testing/service.ts";

const ADMIN = { email: "root@example.com", password: "correct horse battery" };

/** A running embedded service, with the API of an administrator. */
async function startWithAdministrator(): Promise<{ admin: Api; url: string }> {
  const place = await makePlace();
  const added = ["user", "add", "--admin", "--email", ADMIN.email, "--password", ADMIN.password];
  await endOfCli(place, added);
  const { stdout } = await endOfCli(place, ["token", "create", "--email", ADMIN.email, "--label", "doctor"]);
  const service = await startProcess(place);
  onTestFinished(async () => {
    await service.stop();
    await place.remove();
  });
  return { admin: await apiAs(service.url, { token: stdout.match(/vk_\S+/)?.[0] ?? "" }), url: service.url };
}

describe("the doctor of a running service", () => {
  it("finds no fault of an embedded service, and shares one run between callers", async () => {
    const { admin } = await startWithAdministrator();
    const [first, second] = await Promise.all([admin.call("GET", "/admin/doctor"), admin.call("GET", "/admin/doctor")]);
    expect(first.status).toBe(200);
    expect(first.body).toMatchObject({ worst: "healthy", provider: "embedded", findings: [], unchecked: [] });
    expect(first.body.checked).toContain("PUBLIC_URL and its proxy");
    expect(second.body.ranAt).toBe(first.body.ranAt);
  });

  it("signs URLs of a test object for the browser", async () => {
    const { admin } = await startWithAdministrator();
    const { browser } = (await admin.call("GET", "/admin/doctor")).body;
    const stored = await fetch(browser.put.url, { method: "PUT", headers: browser.put.headers, body: "valetkey" });
    expect(stored.status).toBe(200);
    expect(await (await fetch(browser.getUrl)).text()).toBe("valetkey");
  });
});
