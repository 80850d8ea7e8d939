import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { request } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { launchChromium } from "../testing/chromium.ts";
import { freePort } from "../testing/free-port.ts";
import { makePlace, type Place, runCli, startProcess } from "../testing/service.ts";
import { openPerson, PASSWORD } from "./testing/person.ts";

const EMAIL = "root@example.com";

/** Starts a proxy with TLS and its own certificate. Returns the URL of the proxy. */
async function startTls({ dataDir }: Place, { targetPort }: { targetPort: number }): Promise<string> {
  const [key, cert] = [join(dataDir, "key.pem"), join(dataDir, "cert.pem")];
  const subject = ["-subj", "/CN=localhost", "-days", "1", "-keyout", key, "-out", cert];
  execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", ...subject], { stdio: "ignore" });
  const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (incoming, response) => {
    const { method, url: path, headers } = incoming;
    const options = { host: "127.0.0.1", port: targetPort, method, path, headers };
    const passed = request({ ...options, agent: false }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    incoming.pipe(passed.on("error", () => response.destroy()));
  }).listen(0, "127.0.0.1");
  await new Promise((listening) => server.once("listening", listening));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `https://localhost:${(server.address() as AddressInfo).port}`;
}

it.each([
  ["another host", "bucket.test", ["this page uses https, and the bucket http"]],
  ["this machine", "127.0.0.1", []],
])("the doctor of an https page knows if the browser blocks an http bucket on %s", async (_, bucketHost, found) => {
  const targetPort = await freePort("127.0.0.1");
  const bucketPort = await freePort("127.0.0.1");
  const place = await makePlace({ PORT: `${targetPort}`, S3_LOCAL_PORT: `${bucketPort}`, TRUST_PROXY: "1" });
  onTestFinished(place.remove);
  const url = await startTls(place, { targetPort });
  const bucketOrigin = `http://${bucketHost}:${bucketPort}`;
  Object.assign(place.env, { PUBLIC_URL: url, S3_PUBLIC_ENDPOINT: bucketOrigin });
  await runCli(place, ["user", "add", "--admin", "--email", EMAIL, "--password", PASSWORD]);
  const service = await startProcess(place);
  onTestFinished(async () => void (await service.stop()));
  const browser = await launchChromium({ args: ["--host-resolver-rules=MAP bucket.test 127.0.0.1"] });
  onTestFinished(() => browser.close());
  const where = { service: { url, bucketOrigin, policy: "" }, ignoreHTTPSErrors: true };
  const root = await openPerson(browser, { ...where, name: "Root", hasAccount: false });
  onTestFinished(root.close);
  // The content security policy changes the http URL of this bucket to https, and then blocks this URL, which the browser reports.
  if (bucketHost === "bucket.test") root.watch.expect(/https:\/\/bucket\.test/);
  const data = { email: EMAIL, password: PASSWORD };
  expect((await root.context.request.post("/auth/sign-in/email", { headers: { origin: url }, data })).ok()).toBe(true);
  await root.page.goto("/settings/doctor");
  await root.page.getByRole("button", { name: "Check again" }).waitFor();
  const causes = root.page
    .getByRole("heading", { name: "This browser can't open files" })
    .locator("xpath=following-sibling::p");
  expect(await causes.allTextContents()).toEqual(found);
});
