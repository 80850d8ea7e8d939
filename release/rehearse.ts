import { type ChildProcess, execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

// `npm run release:rehearse` publishes the last commit to a registry on this machine. The rehearsal then uses the packages as a stranger
// does: it installs the service, uploads a file, upgrades to the next version, and reads the file. The rehearsal also packs the packages
// twice, and compares the tarballs.
const ROOT = resolve(import.meta.dirname, "..");
const START_WITHIN_MS = 60_000;
const TEXT = "hello";
const run = promisify(execFile);

const [port, bucketPort] = [await freePort(), await freePort()];
const SERVICE = { PORT: String(port), S3_LOCAL_PORT: String(bucketPort), PUBLIC_URL: `http://localhost:${port}` };

const scratch = await mkdtemp(join(tmpdir(), "valetkey-rehearsal-"));
const children: ChildProcess[] = [];
try {
  const registry = await startRegistry();
  const [first, again] = [await checkout("first"), await checkout("again")];
  const { version } = JSON.parse(await readFile(join(first, "package.json"), "utf8"));
  const next = version.replace(/\d+$/, (patch: string) => String(Number(patch) + 1));
  await publish(first, registry);
  await compareTarballs(first, { registry, version });
  await requireEqualTarballs(first, again);
  const folder = await install(registry, `valetkey@${version}`);
  const link = await withService(folder, (env) => send(folder, env));
  console.log(`valetkey ${await versionOf(folder)} has sent a file.`);
  await run("npm", ["run", "release:version", next], { cwd: first });
  await publish(first, registry);
  await run("npm", ["install", `valetkey@${next}`, "--registry", registry, "--no-audit", "--no-fund"], { cwd: folder });
  const text = await withService(folder, (env) => get(folder, { link, env }));
  if (text !== TEXT) throw new Error(`After the upgrade, the file has the text "${text}".`);
  console.log(`valetkey ${await versionOf(folder)} has got the file of version ${version}.`);
  const app = await install(registry, "@valetkey/server", "@valetkey/client", "@valetkey/s3-local");
  const exported = 'import("@valetkey/server").then(({ createValetKey }) => console.log(typeof createValetKey))';
  const { stdout } = await run(process.execPath, ["--eval", exported], { cwd: app });
  if (stdout.trim() !== "function") throw new Error(`@valetkey/server exports no createValetKey: ${stdout}`);
  console.log("The rehearsal has passed.");
} finally {
  for (const child of children) stop(child);
  await rm(scratch, { recursive: true, force: true });
}

/** Starts verdaccio, a registry that gets the packages of other people from the usual registry. Returns its URL. */
async function startRegistry(): Promise<string> {
  const host = `127.0.0.1:${await freePort()}`;
  const url = `http://${host}`;
  const { stdout: usual } = await run("npm", ["config", "get", "registry"], { cwd: ROOT });
  const config = {
    storage: join(scratch, "registry"),
    uplinks: { usual: { url: usual.trim() } },
    packages: {
      "{@valetkey/*,valetkey}": { access: "$all", publish: "$all" },
      "**": { access: "$all", proxy: "usual" },
    },
    max_body_size: "200mb",
    log: { type: "stdout", level: "warn" },
  };
  await writeFile(join(scratch, "registry.yaml"), JSON.stringify(config));
  // A package of verdaccio refers to node-fetch by a tag, and not every registry has this tag.
  const manifest = { dependencies: { verdaccio: "^6.0.0" }, overrides: { "node-fetch": "^2.7.0" } };
  await writeFile(join(scratch, "package.json"), JSON.stringify(manifest));
  await run("npm", ["install", "--no-audit", "--no-fund"], { cwd: scratch });
  start("npx", ["verdaccio", "--config", "registry.yaml", "--listen", url], { cwd: scratch });
  await until(async () => (await fetch(`${url}/-/ping`)).ok, "verdaccio does not respond");
  // npm publishes only with a token, and this verdaccio accepts any token.
  await writeFile(join(scratch, "npmrc"), `//${host}/:_authToken=rehearsal\n`);
  return url;
}

async function checkout(name: string): Promise<string> {
  const folder = join(scratch, name);
  await run("git", ["clone", "--quiet", ROOT, folder]);
  console.log(`${name}: npm ci`);
  await run("npm", ["ci", "--no-audit", "--no-fund"], { cwd: folder, maxBuffer: 2 ** 26 });
  return folder;
}

async function publish(folder: string, registry: string): Promise<void> {
  const env = { ...process.env, NPM_CONFIG_USERCONFIG: join(scratch, "npmrc") };
  const options = { cwd: folder, env, maxBuffer: 2 ** 26 };
  const { stdout } = await run("npm", ["run", "release", "--", "--registry", registry], options);
  process.stdout.write(stdout);
}

/** Compares each tarball of the registry with the tarball that the release has packed. */
async function compareTarballs(
  folder: string,
  { registry, version }: { registry: string; version: string },
): Promise<void> {
  for (const [name, digest] of await digestsOf(folder)) {
    const { stdout } = await run("npm", ["view", `${name}@${version}`, "dist.integrity", "--registry", registry]);
    if (stdout.trim() !== digest) throw new Error(`The registry has another tarball of ${name}.`);
  }
  console.log("The registry has the tarballs that the release has packed.");
}

/** Packs a second copy of the commit. Equal tarballs show that a published package can be built again from its commit. */
async function requireEqualTarballs(first: string, again: string): Promise<void> {
  await run("npm", ["run", "release", "--", "--dry-run"], { cwd: again, maxBuffer: 2 ** 26 });
  const [one, other] = [await digestsOf(first), await digestsOf(again)];
  const different = [...one].filter(([name, digest]) => other.get(name) !== digest).map(([name]) => name);
  if (different.length > 0) throw new Error(`Two builds of one commit differ: ${different.join(", ")}`);
  console.log(`Two builds of one commit have equal tarballs of ${one.size} packages.`);
}

/** Returns the digest of each packed tarball in npm's format, by the name of its package. */
async function digestsOf(folder: string): Promise<Map<string, string>> {
  const out = join(folder, "release/out");
  const tarballs = (await readdir(out)).filter((name) => name.endsWith(".tgz"));
  const digests = new Map<string, string>();
  for (const tarball of tarballs) {
    const name = tarball.replace(/-\d+\.\d+\.\d+.*$/, "").replace(/^valetkey-/, "@valetkey/");
    const hash = createHash("sha512")
      .update(await readFile(join(out, tarball)))
      .digest("base64");
    digests.set(name, `sha512-${hash}`);
  }
  return digests;
}

async function install(registry: string, ...packages: string[]): Promise<string> {
  const folder = await mkdtemp(join(scratch, "user-"));
  await writeFile(join(folder, "package.json"), "{}");
  await run("npm", ["install", ...packages, "--registry", registry, "--no-audit", "--no-fund"], { cwd: folder });
  return folder;
}

async function versionOf(folder: string): Promise<string> {
  return (await run("npx", ["valetkey", "--version"], { cwd: folder })).stdout.trim();
}

/** Starts the installed service with its data in `folder`, and stops it after the work. */
async function withService<T>(folder: string, work: (env: NodeJS.ProcessEnv) => Promise<T>): Promise<T> {
  const child = start("npx", ["valetkey", "start"], { cwd: folder, env: { ...process.env, ...SERVICE } });
  await until(async () => (await fetch(`${SERVICE.PUBLIC_URL}/readyz`)).ok, "the service is not ready");
  try {
    return await work({ ...process.env, ...SERVICE, VALETKEY_URL: SERVICE.PUBLIC_URL });
  } finally {
    const ended = once(child, "exit");
    stop(child);
    await ended;
  }
}

/** Uploads a file as a new user, and returns a link to it. */
async function send(folder: string, env: NodeJS.ProcessEnv): Promise<string> {
  const valetkey = async (...args: string[]) =>
    (await run("npx", ["valetkey", ...args], { cwd: folder, env })).stdout.trim();
  await valetkey("user", "add", "--email", "ann@example.com", "--name", "Ann");
  env.VALETKEY_TOKEN = await valetkey("token", "create", "--email", "ann@example.com");
  await writeFile(join(folder, "hello.txt"), TEXT);
  return valetkey("send", "hello.txt");
}

async function get(folder: string, { link, env }: { link: string; env: NodeJS.ProcessEnv }): Promise<string> {
  await run("npx", ["valetkey", "get", link, "-o", "inbox"], { cwd: folder, env });
  return readFile(join(folder, "inbox/hello.txt"), "utf8");
}

/** Starts a program in its own process group, so that `stop` also ends the processes that the program starts. */
function start(command: string, args: string[], options: { cwd: string; env?: NodeJS.ProcessEnv }): ChildProcess {
  const child = spawn(command, args, { ...options, detached: true, stdio: ["ignore", "ignore", "inherit"] });
  children.push(child);
  return child;
}

function stop(child: ChildProcess): void {
  if (child.exitCode === null && child.signalCode === null && child.pid !== undefined)
    process.kill(-child.pid, "SIGTERM");
}

/** Waits until the condition is true. Throws an error with the problem after a minute. */
async function until(condition: () => Promise<boolean>, problem: string): Promise<void> {
  const end = Date.now() + START_WITHIN_MS;
  while (!(await condition().catch(() => false))) {
    if (Date.now() > end) throw new Error(`After ${START_WITHIN_MS / 1000} seconds, ${problem}.`);
    await sleep(100);
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
