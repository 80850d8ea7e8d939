import { execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { promisify } from "node:util";
import { expect, onTestFinished } from "vitest";
import { apiAs, putAsTold } from "../testing/api.ts";
import { freePort } from "../testing/free-port.ts";
import { commandPath } from "../testing/selections.ts";
import { makePlace, startProcess } from "../testing/service.ts";

const DEPLOY = resolve(import.meta.dirname, "../../../deploy");
const HOST = "127.0.0.1";
const CA_CERTIFICATES = getCACertificates("default");

/** The paths of a certificate for localhost, of its private key, and of a file with both (`combined`). */
export type Certificate = { certificate: string; key: string; combined: string };

export type SampleSpec = {
  command: string;
  /** The path of the sample configuration, relative to `deploy/`. */
  sample: string;
  /** The host in the URLs of the service and the bucket. Default: localhost. */
  host?: string;
  /** The filename of the CA certificate that the test trusts, in the folder of the stage. Default: the certificate for localhost. */
  authority?: string;
  /** Replaces settings such as ports that fit only the machine of an operator. Returns the new sample and the arguments of the proxy. */
  adapt(sample: string, stage: Stage): Promise<{ args: string[]; configuration: string }>;
};

/**
 * The ports and files of a test. The proxy listens on `app` and `storage`, and forwards to `service` and `bucket`. `file`: the path of the
 * proxy's configuration.
 */
export type Stage = Certificate & {
  app: number;
  storage: number;
  service: number;
  bucket: number;
  folder: string;
  file: string;
};

export const readSample = (path: string): Promise<string> => readFile(join(DEPLOY, path), "utf8");

/**
 * Replaces all texts of the sample in one step, because a second step could change the digits of a new port. Throws if the sample does not
 * contain one of the texts.
 */
export function replaced(sample: string, changes: Record<string, string>): string {
  const put = (text: string, [change, ...others]: [from: string, to: string][]): string => {
    if (change === undefined) return text;
    const [from, to] = change;
    if (!sample.includes(from)) throw new Error(`The sample has no "${from}"`);
    return text
      .split(from)
      .map((part) => put(part, others))
      .join(to);
  };
  return put(sample, Object.entries(changes));
}

/** Runs a sample over HTTPS in front of a service with the built-in bucket. Returns the URL of the service. */
export async function runSample({ command, sample, host = "localhost", adapt, ...spec }: SampleSpec): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "valetkey-sample-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const [app, storage] = [await freePort(HOST), await freePort(HOST)];
  const [service, bucket] = [await freePort(HOST), await freePort(HOST)];
  const file = join(folder, "proxy.conf");
  const stage = { ...(await makeCertificate(folder)), app, storage, service, bucket, folder, file };
  const url = `https://${host}:${app}`;
  onTestFinished(() => setDefaultCACertificates(CA_CERTIFICATES));
  const { args, configuration } = await adapt(await readSample(sample), stage);
  await writeFile(file, configuration);
  const place = await makePlace({
    PORT: String(service),
    S3_LOCAL_PORT: String(bucket),
    PUBLIC_URL: url,
    S3_PUBLIC_ENDPOINT: `https://${host}:${storage}`,
    TRUST_PROXY: "1",
  });
  onTestFinished(() => place.remove());
  const running = await startProcess(place);
  onTestFinished(() => void running.stop("SIGKILL"));
  const proxy = spawn(commandPath(command, process.env) ?? command, args, {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, HOME: folder, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder },
  });
  onTestFinished(async () => {
    const ended = once(proxy, "exit");
    if (proxy.exitCode === null && proxy.kill("SIGTERM")) await ended;
  });
  const authority = spec.authority === undefined ? stage.certificate : join(folder, spec.authority);
  while (!existsSync(authority) || !(await isReady(url, authority))) {
    if (proxy.exitCode !== null) throw new Error(`${command} exited with ${proxy.exitCode}`);
    await sleep(50);
  }
  return url;
}

function isReady(url: string, authority: string): Promise<boolean> {
  setDefaultCACertificates([...CA_CERTIFICATES, readFileSync(authority, "utf8")]);
  return fetch(`${url}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );
}

/**
 * Uploads and downloads a file through the proxy. Checks also that the proxy hides /metrics, and forwards the real IP address of a client.
 */
export async function expectService(url: string): Promise<void> {
  const ann = await apiAs(url, { sub: "ann" });
  const noteId = (await ann.call("POST", "/notes", { title: "Files" })).body.id;
  // Larger than the request bodies that proxies accept or buffer by default.
  const bytes = randomBytes(20 * 2 ** 20);
  const attached = await ann.attach(noteId, { name: "form.bin", bytes });
  expect(attached.status).toBe(201);
  const small = bytes.subarray(0, 5 * 2 ** 20);
  const json = { filename: "put.bin", sizeBytes: small.length, contentType: "application/octet-stream" };
  const { upload } = (await ann.call("POST", `/notes/${noteId}/uploads`, json)).body;
  expect((await putAsTold(upload, small)).status).toBe(200);
  expect((await ann.call("POST", `/uploads/${upload.id}/complete`)).body.state).toBe("ready");
  const { fileUrl } = (await ann.call("GET", `/attachments/${attached.body.id}/url`)).body;
  expect(fileUrl).toMatch(/^https:/);
  const download = await fetch(fileUrl);
  expect(Buffer.from(await download.arrayBuffer()).equals(bytes)).toBe(true);
  expect((await fetch(`${url}/metrics`)).status).toBe(404);
  expect((await ann.call("GET", "/me")).headers.get("strict-transport-security")).toMatch(/max-age/);
  expect(await statusesOfGuesses(url)).toContain(429);
}

/** Guesses passwords with a forged X-Forwarded-For, which must not give a client more attempts. Returns the HTTP statuses. */
async function statusesOfGuesses(url: string): Promise<number[]> {
  const statuses: number[] = [];
  for (let nth = 0; nth < 15; nth++) {
    const response = await fetch(`${url}/auth/sign-in/email`, {
      method: "POST",
      headers: { "content-type": "application/json", origin: url, "x-forwarded-for": `198.51.100.${nth}` },
      body: JSON.stringify({ email: `nobody${nth}@example.com`, password: "wrong password" }),
    });
    statuses.push(response.status);
  }
  return statuses;
}

export async function makeCertificate(folder: string): Promise<Certificate> {
  const [certificate, key, combined] = ["cert.pem", "key.pem", "both.pem"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
  const newKey = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc", "-days", "1"];
  await promisify(execFile)("openssl", ["req", ...newKey, ...subject, "-keyout", key, "-out", certificate]);
  await writeFile(combined, (await readFile(certificate, "utf8")) + (await readFile(key, "utf8")));
  return { certificate, key, combined };
}
