import { createHash } from "node:crypto";
import { chmod, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { TerminalError } from "./exit-codes.ts";
import { serviceUrl } from "./service.ts";

const { env, platform } = process;

/**
 * Returns the folder in an environment variable, or the default. An empty or relative path counts as unset (XDG Base Directory
 * Specification).
 */
function folderOf(variable: string, otherwise: string): string {
  const path = env[variable] ?? "";
  return join(isAbsolute(path) ? path : join(homedir(), otherwise), "valetkey");
}

/** The folder of the stored sign-in. */
const configFolder = () => (platform === "win32" ? folderOf("APPDATA", "") : folderOf("XDG_CONFIG_HOME", ".config"));
/** The folder with the states of interrupted transfers. */
const stateFolder = () =>
  platform === "win32" ? folderOf("LOCALAPPDATA", "") : folderOf("XDG_STATE_HOME", ".local/state");

/** The stored sign-in. `tokenId`: only for a token that `valetkey login` has requested. */
export type Credentials = { url: string; token: string; tokenId?: string };

export const credentialsFile = () => join(configFolder(), "credentials.json");

/** Returns the stored sign-in. Returns undefined if nobody has signed in with `valetkey login`. */
export async function storedCredentials(): Promise<Credentials | undefined> {
  const stored = await readJson<Partial<Credentials>>(credentialsFile());
  const { url, token } = stored ?? {};
  return typeof url === "string" && typeof token === "string" ? { ...stored, url, token } : undefined;
}

/** Returns the sign-in from `VALETKEY_URL` and `VALETKEY_TOKEN`, or else the stored sign-in. Returns undefined without a sign-in. */
export async function readCredentials(): Promise<Credentials | undefined> {
  const stored = await storedCredentials();
  const url = env.VALETKEY_URL === undefined ? stored?.url : serviceUrl(env.VALETKEY_URL);
  // The stored token is only for the stored URL. Another service must never get the stored token.
  const { token, tokenId } =
    env.VALETKEY_TOKEN === undefined && url === stored?.url ? (stored ?? {}) : { token: env.VALETKEY_TOKEN };
  if (typeof url !== "string" || typeof token !== "string") return undefined;
  return { url, token, ...(tokenId !== undefined && { tokenId }) };
}

export const writeCredentials = (credentials: Credentials): Promise<void> => writeJson(credentialsFile(), credentials);

export const removeCredentials = (): Promise<void> => rm(credentialsFile(), { force: true });

/** The state of one interrupted transfer in a file that only the current user can read. */
export type State<Value> = { value: Value; file: string; save(): Promise<void>; remove(): Promise<void> };

const MAX_AGE_MS = 7 * 86_400_000;

/**
 * Opens the state of the transfer that `parts` identify. Throws if another process works on the same transfer. Deletes states that have not
 * been used for a week.
 */
export async function openState<Value extends object>(
  kind: "send" | "get",
  { parts, first }: { parts: unknown; first: Value },
): Promise<State<Value> & { isResumed: boolean }> {
  const hash = createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 32);
  const file = join(stateFolder(), `${kind}-${hash}.json`);
  const stored = await readJson<Value & { pid?: unknown }>(file);
  if (typeof stored?.pid === "number" && stored.pid !== process.pid && isRunning(stored.pid)) {
    throw new TerminalError(
      "other",
      `The process ${stored.pid} runs the same command. If it does not, remove ${file}.`,
    );
  }
  const { pid: _, ...rest } = stored ?? {};
  const value = { ...first, ...rest };
  const save = oneAtATime(() => writeJson(file, { ...value, pid: process.pid }));
  await save();
  await removeOld(stateFolder());
  const remove = async () => {
    await rm(file, { force: true });
    await rm(uploadsFile({ file }), { force: true });
  };
  return { value, file, save, remove, isResumed: stored !== undefined };
}

/** Runs one write at a time. All calls during a write share the next write, because each write stores the newest value. */
function oneAtATime(write: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  return () => {
    next ??= (running ?? Promise.resolve())
      .catch(() => undefined)
      .then(() => {
        running = next;
        next = undefined;
        return write();
      });
    return next;
  };
}

/** The file in which the client stores the unfinished uploads of a transfer. */
export const uploadsFile = ({ file }: { file: string }) => file.replace(/\.json$/, ".uploads.json");

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

async function removeOld(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const changedMs = await stat(path).then(
      (stats) => (stats.isFile() ? stats.mtimeMs : Number.POSITIVE_INFINITY),
      () => Number.POSITIVE_INFINITY,
    );
    if (changedMs < Date.now() - MAX_AGE_MS) await rm(path, { force: true });
  }
}

/** Reads a JSON object. Returns undefined for a missing or damaged file. */
async function readJson<Value>(path: string): Promise<Value | undefined> {
  try {
    const value = JSON.parse(await readFile(path, "utf8"));
    return typeof value === "object" && value !== null ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Replaces a file that only the current user can read. After a crash, either the old or the new file remains. */
async function writeJson(path: string, value: unknown): Promise<void> {
  const folder = join(path, "..");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, JSON.stringify(value), { mode: 0o600, flush: true });
  // An earlier crash can leave the temporary file with other permissions.
  await chmod(temporary, 0o600);
  await rename(temporary, path);
}
