import { createHash, randomBytes, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { lstat, readdir, stat } from "node:fs/promises";
import { basename, extname, join, resolve } from "node:path";
import { type Client, createClient, type Link, type UploadProgress, ValetKeyError } from "@valetkey/client";
import { fileStore, openFile } from "@valetkey/client/node";
import { TerminalError } from "./exit-codes.ts";
import { foldersFor } from "./folders.ts";
import { printable } from "./printable.ts";
import { askToCopy, formatBytes, printJson, progressLine, say } from "./screen.ts";
import { guardedFetch, warnIfUnencrypted } from "./service.ts";
import { openState, readCredentials, type State, uploadsFile } from "./store.ts";

export type SendOptions = {
  note?: string;
  /** The lifetime of the link in seconds. Default: the default of the service. */
  expires?: number | "never";
  /** The password of the link. An empty text: the command makes a password. */
  password?: string;
  maxDownloads?: number;
  json: boolean;
};

/** A file to send. `argument`: the path in the command line. `folder`: the folder inside the note, such as "photos/2024/". */
type Found = { file: string; argument: string; folder: string | undefined; sizeBytes: number; changedMs: number };

/** The state from which a repeated command continues after an interruption. The idempotency keys make repeated requests safe. */
type Sending = {
  noteKey: string;
  linkPassword: string;
  /** The request for the link. If the response was lost, the service may still have made the link. */
  link?: { key: string; settings: string; requestedAt: number };
  sent: Record<string, string>;
};

/** The minimum number of characters in the password of a link. The service has the same limit. */
const MIN_PASSWORD_LENGTH = 6;

/** `valetkey send` uploads files to a new note, makes a link to the note, and prints the URL of the link. */
export async function send(paths: readonly string[], options: SendOptions): Promise<void> {
  const credentials = await readCredentials();
  if (credentials === undefined) {
    throw new TerminalError(
      "refused",
      "You are not signed in. Run: valetkey login URL (or set VALETKEY_URL and VALETKEY_TOKEN)",
    );
  }
  const { url, token } = credentials;
  const { password } = options;
  // Without this check, the service would refuse the password only after the upload.
  if (password !== undefined && password !== "" && password.length < MIN_PASSWORD_LENGTH) {
    throw new TerminalError("usage", `The password of a link must have at least ${MIN_PASSWORD_LENGTH} characters.`);
  }
  const found = await findFiles(paths);
  const totalBytes = found.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const state = await openState<Sending>("send", {
    parts: [url, createHash("sha256").update(token).digest("hex"), options.note, found],
    first: { noteKey: randomUUID(), linkPassword: makePassword(), sent: {} },
  });
  if (state.isResumed) say("Continues the interrupted command.");
  warnIfUnencrypted(url);
  const client = createClient({
    baseUrl: url,
    token,
    fetch: guardedFetch(url),
    store: fileStore(uploadsFile(state)),
    previews: false,
  });
  const stopped = () => {
    process.stderr.write("\n");
    say("Stopped. Run the same command within a day to continue. The service keeps the sent parts.");
    process.exit(130);
  };
  process.once("SIGINT", stopped).once("SIGTERM", stopped);
  try {
    const title = options.note ?? titleOf(found);
    const note = await client.notes.create({ title }, { idempotencyKey: state.value.noteKey });
    await forgetRemoved(client, { noteId: note.id, sent: state.value.sent });
    await uploadAll(client, { noteId: note.id, found, totalBytes, state });
    const link = await makeLink(client, { noteId: note.id, options, state });
    await state.remove();
    report(link, { options, found, totalBytes, password: passwordOf(options, state) });
  } catch (error) {
    if (error instanceof ValetKeyError && error.code === "note_not_found") await state.remove();
    throw error;
  } finally {
    process.off("SIGINT", stopped).off("SIGTERM", stopped);
  }
}

/** Finds all files, in the order of the arguments, and within a folder by name. Does not follow symbolic links in folders. */
async function findFiles(paths: readonly string[]): Promise<Found[]> {
  const found = new Map<string, Found>();
  const given = [...new Set(paths.map((path) => resolve(path)))];
  const folders = foldersFor(given, process.cwd());
  async function add(path: string, { argument, folder }: Pick<Found, "argument" | "folder">): Promise<void> {
    const stats = path === argument ? await stat(path) : await lstat(path);
    if (found.has(path)) return;
    const [sizeBytes, changedMs] = [stats.size, stats.mtimeMs];
    if (stats.isFile()) found.set(path, { file: path, argument, folder, sizeBytes, changedMs });
    else if (stats.isDirectory()) {
      const inside = { argument, folder: `${folder ?? ""}${basename(path)}/` };
      for (const name of (await readdir(path)).toSorted()) await add(join(path, name), inside);
    } else say(`Skips ${path}, because it is neither a file nor a folder.`);
  }
  for (const argument of given) await add(argument, { argument, folder: folders.get(argument) });
  if (found.size === 0) throw new TerminalError("localFiles", "There is no file to send in the given folders.");
  return [...found.values()];
}

/** Forgets sent files that the note no longer has. A person may have deleted files or the note since the interruption. */
async function forgetRemoved(
  client: Client,
  { noteId, sent }: { noteId: string; sent: Sending["sent"] },
): Promise<void> {
  if (Object.keys(sent).length === 0) return;
  const ids = new Set<string>();
  for await (const { id } of client.notes.iterateAttachments(noteId)) ids.add(id);
  for (const [file, id] of Object.entries(sent)) if (!ids.has(id)) delete sent[file];
}

type Uploading = { noteId: string; found: readonly Found[]; totalBytes: number; state: State<Sending> };

async function uploadAll(client: Client, { noteId, found, totalBytes, state }: Uploading): Promise<void> {
  const { sent } = state.value;
  const line = progressLine(totalBytes);
  const sizes = new Map(
    found.filter(({ file }) => sent[file] !== undefined).map((each) => [each.file, each.sizeBytes]),
  );
  let sentBytes = [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
  const onProgress = (file: string) => (progress: UploadProgress) => {
    sentBytes += progress.sentBytes - (sizes.get(file) ?? 0);
    sizes.set(file, progress.sentBytes);
    const note = progress.state === "waiting" ? "waits for the connection" : "";
    line.show(sentBytes, note || `${Object.keys(sent).length} of ${found.length} files`);
  };
  const uploads: Promise<void>[] = [];
  const failures: { file: string; error: unknown }[] = [];
  let before: Promise<unknown> = Promise.resolve();
  for (const { file, folder, sizeBytes } of found) {
    if (sent[file] !== undefined) continue;
    if (failures.length > 0) break;
    try {
      const source = await openFile(file, { type: TYPES[extname(file).toLowerCase()] ?? "" });
      const sha256 = sizeBytes > MAX_HASHED_BY_CLIENT ? { sha256: await hashOf(file) } : {};
      const options = { path: folder, startsAfter: before, onProgress: onProgress(file), ...sha256 };
      const task = client.upload(noteId, source, options);
      before = task.queued;
      const done = async () => {
        sent[file] = (await task.done).id;
        await state.save();
      };
      uploads.push(done().catch((error) => void failures.push({ file, error })));
    } catch (error) {
      failures.push({ file, error });
    }
  }
  await Promise.all(uploads);
  line.clear();
  const [first] = failures;
  if (first === undefined) return;
  for (const { file, error } of failures) say(`${file}: ${error instanceof Error ? error.message : error}`);
  say("There is no link yet. Run the same command again to send the other files and to make the link.");
  throw first.error;
}

/** The client itself hashes files up to this size, in bytes. */
const MAX_HASHED_BY_CLIENT = 16 * 2 ** 20;

async function hashOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file, { highWaterMark: 2 ** 20 })) hash.update(chunk);
  return hash.digest("base64");
}

/** The content types that browsers show. All other files have no declared content type. */
const TYPES: Partial<Record<string, string>> = {
  ".avif": "image/avif",
  ".csv": "text/csv",
  ".flac": "audio/flac",
  ".gif": "image/gif",
  ".jpeg": "image/jpeg",
  ".jpg": "image/jpeg",
  ".m4a": "audio/mp4",
  ".md": "text/markdown",
  ".mov": "video/quicktime",
  ".mp3": "audio/mpeg",
  ".mp4": "video/mp4",
  ".ogg": "audio/ogg",
  ".pdf": "application/pdf",
  ".png": "image/png",
  ".txt": "text/plain",
  ".wav": "audio/wav",
  ".webm": "video/webm",
  ".webp": "image/webp",
};

type Linking = { noteId: string; options: SendOptions; state: State<Sending> };

async function makeLink(client: Client, { noteId, options, state }: Linking): Promise<Link> {
  const { expires, maxDownloads } = options;
  const password = passwordOf(options, state);
  const { key, requestedAt } = await linkRequest(state, { settings: [expires, maxDownloads, password], expires });
  const expiresAt = typeof expires === "number" ? new Date(requestedAt + expires * 1000).toISOString() : null;
  return client.links.create(
    noteId,
    {
      ...(expires !== undefined && { expiresAt }),
      ...(password !== undefined && { password }),
      ...(maxDownloads !== undefined && { maxClaims: maxDownloads }),
    },
    { idempotencyKey: key },
  );
}

/**
 * Returns the interrupted command's request for a link if the settings of the link are the same. The idempotency key of the request makes
 * the service return the same link. With other settings, the command requests another link, because the first link has another password or
 * expiry.
 */
async function linkRequest(
  { value, save }: State<Sending>,
  { settings, expires }: { settings: unknown[]; expires: SendOptions["expires"] },
): Promise<NonNullable<Sending["link"]>> {
  const digest = createHash("sha256")
    .update(JSON.stringify([value.noteKey, settings]))
    .digest("base64url");
  const { link } = value;
  const isOver = typeof expires === "number" && Date.now() >= (link?.requestedAt ?? 0) + expires * 1000;
  if (link?.settings === digest && !isOver) return link;
  value.link = { key: randomUUID(), settings: digest, requestedAt: Date.now() };
  await save();
  return value.link;
}

const passwordOf = ({ password }: SendOptions, { value }: State<Sending>): string | undefined =>
  password === "" ? value.linkPassword : password;

/** Makes a password of 80 random bits that a person can read aloud. */
function makePassword(): string {
  const letters = "abcdefghijkmnpqrstuvwxyz23456789";
  const text = [...randomBytes(16)].map((byte) => letters[byte % 32]).join("");
  return (text.match(/.{4}/g) ?? []).join("-");
}

function titleOf([first, ...others]: readonly Found[]): string {
  const name = basename(first?.argument ?? "");
  const inOther = others.filter(({ argument }) => argument !== first?.argument).length;
  return [...printable(inOther === 0 ? name : `${name} + ${inOther}`)].slice(0, 150).join("");
}

type Sent = { options: SendOptions; found: readonly Found[]; totalBytes: number; password: string | undefined };

function report(link: Link, { options, found, totalBytes, password }: Sent): void {
  const { url, expiresAt, noteId, id } = link;
  if (options.json) {
    const files = found.map(({ file, folder = "", sizeBytes }) => ({ name: folder + basename(file), sizeBytes }));
    printJson({ url, password: password ?? null, expiresAt, noteId, linkId: id, files });
    return;
  }
  const files = found.length === 1 ? "1 file" : `${found.length} files`;
  if (link.state !== "live") say(`Visitors cannot open the link yet. Its state is ${link.state}.`);
  const until = expiresAt === null ? "The link never expires." : `The link expires on ${expiresAt}.`;
  say(`Sent ${files}, ${formatBytes(totalBytes)}. ${until}`);
  process.stdout.write(`${printable(url)}\n`);
  // A person who typed the password already knows it.
  if (options.password === "") say(`Password: ${password}`);
  const text = password === undefined ? url : `${url}\nPassword: ${password}`;
  const what = password === undefined ? "the link" : "the link and the password";
  if (askToCopy(text)) say(`The terminal was asked to copy ${what}. Not every terminal does this.`);
}
