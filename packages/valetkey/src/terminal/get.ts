import { createHash, type Hash } from "node:crypto";
import { constants, type Stats } from "node:fs";
import { type FileHandle, lstat, mkdir, open, rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import {
  createUniqueNames,
  type LinkFile,
  type OpenedLink,
  type OpenedLinkClient,
  openLink,
  readFile,
  ValetKeyError,
} from "@valetkey/client";
import { TerminalError } from "./exit-codes.ts";
import { ask, canAsk, formatBytes, printJson, progressLine, say } from "./screen.ts";
import { guardedFetch, serviceUrl, warnIfUnencrypted } from "./service.ts";
import { openState, type State } from "./store.ts";

export type GetOptions = { output: string; password?: string; force: boolean; json: boolean };

/**
 * The state from which a repeated command continues after an interruption. The cookie identifies the visitor, so that the repeated command
 * does not count as a second download.
 */
type Getting = { cookies: Record<string, string>; saved: SavedFile[] };

/** A file that an interrupted command has saved. A different modification time means that the file is no longer the saved file. */
type SavedFile = { name: string; id: string; sizeBytes: number; changedMs: number };

type Target = { file: LinkFile; name: string; path: string; part: string };

/** `valetkey get` downloads all files of a link into a folder, without an account. */
export async function get(link: string, options: GetOptions): Promise<void> {
  const { baseUrl, token, receiverCode } = parseLink(link);
  const first: Getting = { cookies: {}, saved: [] };
  // After `cd`, the same relative path names another folder.
  const state = await openState("get", { parts: [baseUrl, token, resolve(options.output)], first });
  warnIfUnencrypted(baseUrl);
  const fetch = guardedFetch(baseUrl, state.value);
  const visit = openLink(token, { baseUrl, fetch, receiverCode });
  const stopped = () => {
    process.stderr.write("\n");
    say("Stopped. Run the same command again to continue.");
    process.exit(130);
  };
  process.once("SIGINT", stopped).once("SIGTERM", stopped);
  try {
    const opened = await unlock(visit, options);
    await state.save();
    if (opened.kind !== "download") {
      throw new TerminalError("other", `This link asks for files. Open it in a browser: ${link}`);
    }
    const targets = targetsOf(opened, { directory: options.output, token });
    await refuseExisting(targets, { state, ...options });
    const saved = await saveAll(visit, { targets, state, isForced: options.force });
    await state.remove();
    report(saved, { targets, ...options });
  } catch (error) {
    if (error instanceof ValetKeyError && error.code === "link_not_found") await state.remove();
    throw error;
  } finally {
    process.off("SIGINT", stopped).off("SIGTERM", stopped);
  }
}

/** Reads the URL of a link: the URL of the service, `/s/` and the token, and in a URL from a mail also the code of the receiver. */
function parseLink(text: string): { baseUrl: string; token: string; receiverCode: string | undefined } {
  const [, base = "", token = "", hash = ""] = /^([^#?]+)\/s\/([\w-]+)\/?(?:#(.*))?$/.exec(text) ?? [];
  if (base === "") {
    throw new TerminalError("usage", "Give the URL of a link, such as https://files.example.com/s/….");
  }
  return { baseUrl: serviceUrl(base), token, receiverCode: /^to=([\w-]{12})$/.exec(hash)?.[1] };
}

const TRIES = 3;

/** Opens a link. If the link needs a password, or a code from a mail, asks the person for it. */
async function unlock(visit: OpenedLinkClient, { password }: GetOptions): Promise<OpenedLink> {
  for (let tries = 1; ; tries += 1) {
    const link = await visit.look();
    if (link.state === "open") return link;
    if (link.state !== "locked") throw notValetKey();
    try {
      if (link.by === "email") await proveEmail(visit);
      else await visit.unlock(password ?? (await askFor("Password: ", { isHidden: true })));
    } catch (error) {
      const isWrong = error instanceof ValetKeyError && /^wrong_/.test(error.code);
      if (!isWrong || !canAsk() || password !== undefined || tries === TRIES) throw error;
      say(error.message);
    }
  }
}

async function proveEmail(visit: OpenedLinkClient): Promise<void> {
  say("This link is for certain people. The service sends a code to your email address.");
  const email = await askFor("Email address: ");
  await visit.requestCode(email);
  await visit.proveEmail(email, await askFor("Code from the mail: "));
}

function askFor(question: string, options?: { isHidden: boolean }): Promise<string> {
  if (canAsk()) return ask(question, options);
  const remedy = options?.isHidden ? "Give the password with --password-stdin." : "Open the link in a browser.";
  throw new TerminalError("refused", `The link is locked, and nobody can answer here. ${remedy}`);
}

const notValetKey = () => new TerminalError("other", "The response is not from Valet Key. Check the URL of the link.");

/** Returns the path for each file of a link. No response of a hostile service can make a path leave the directory. */
function targetsOf({ files }: OpenedLink, { directory, token }: { directory: string; token: string }): Target[] {
  if (!Array.isArray(files) || !files.every(isFile)) throw notValetKey();
  const nameOf = createUniqueNames();
  return files.map((file) => {
    const name = nameOf(file);
    const path = join(directory, ...name.split("/"));
    const hash = createHash("sha256")
      .update(JSON.stringify([token, file.id, file.sizeBytes]))
      .digest("hex");
    return { file, name, path, part: join(path, "..", `.valetkey-${hash.slice(0, 16)}.part`) };
  });
}

function isFile(file: Partial<LinkFile> | null): boolean {
  const { id, filename, path = "", sizeBytes } = file ?? {};
  const isText = [id, filename, path].every((text) => typeof text === "string");
  return isText && Number.isSafeInteger(sizeBytes) && (sizeBytes as number) >= 0;
}

type Existing = { state: State<Getting>; force: boolean };

/**
 * Refuses existing files before the first download, so that the refusal does not count as a download. Forgets saved files that the person
 * has changed or removed, and saved files that the link no longer has.
 */
async function refuseExisting(targets: readonly Target[], { state, force }: Existing): Promise<void> {
  const kept: SavedFile[] = [];
  for (const target of targets) {
    const { name, path } = target;
    const stats = await statsOf(path);
    const saved = stats && state.value.saved.find((each) => each.name === name);
    if (saved && isSame(saved, { target, stats })) kept.push(saved);
    else if (stats !== undefined && !force) {
      const what = saved ? `${path} is not the file that the link has now.` : `${path} exists.`;
      throw new TerminalError("localFiles", `${what} Use --force to replace it, or -o for another folder.`);
    }
  }
  state.value.saved = kept;
}

function isSame(saved: SavedFile, { target: { file }, stats }: { target: Target; stats: Stats }): boolean {
  const isOfLink = saved.id === file.id && saved.sizeBytes === file.sizeBytes;
  return isOfLink && stats.isFile() && stats.size === saved.sizeBytes && stats.mtimeMs === saved.changedMs;
}

const statsOf = (path: string): Promise<Stats | undefined> =>
  lstat(path).catch((error) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw error;
  });

type Saved = { target: Target; isChecked: boolean };
type Saving = { targets: readonly Target[]; state: State<Getting>; isForced: boolean };

async function saveAll(visit: OpenedLinkClient, { targets, state, isForced }: Saving): Promise<Saved[]> {
  const names = new Set(state.value.saved.map(({ name }) => name));
  const left = targets.filter(({ name }) => !names.has(name));
  const line = progressLine(targets.reduce((sum, { file }) => sum + file.sizeBytes, 0));
  let bytes = targets.filter(({ name }) => names.has(name)).reduce((sum, { file }) => sum + file.sizeBytes, 0);
  const saved: Saved[] = [];
  try {
    for (const batch of batchesOf(left)) {
      const urls = createUrls(visit, batch);
      for (const target of batch) {
        await createFolders(target);
        const url = urls(target.file.id);
        const onBytes = (count: number) => {
          bytes += count;
          line.show(bytes, target.name);
        };
        const isChecked = await save(target, { url, isForced, onBytes });
        const { name, path, file } = target;
        const { mtimeMs: changedMs } = await lstat(path);
        state.value.saved.push({ name, id: file.id, sizeBytes: file.sizeBytes, changedMs });
        await state.save();
        saved.push({ target, isChecked });
      }
    }
  } finally {
    line.clear();
  }
  return saved;
}

/** A batch of files shares one claim. Batches are small, because a URL is valid only for a short time. */
function batchesOf(targets: readonly Target[]): Target[][] {
  const batches: Target[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const target of targets) {
    bytes += target.file.sizeBytes;
    const last = batches.at(-1);
    if (last !== undefined && bytes <= 20_000_000 && last.length < 50) last.push(target);
    else {
      batches.push([target]);
      bytes = target.file.sizeBytes;
    }
  }
  return batches;
}

type Urls = { next(): Promise<string>; sha256(): string | undefined };

/**
 * Returns the URLs for each file of a batch. The first URL of each file comes from one claim for the whole batch. Every later URL is new.
 */
function createUrls(visit: OpenedLinkClient, batch: readonly Target[]): (id: string) => Urls {
  type Claimed = Awaited<ReturnType<OpenedLinkClient["claim"]>>;
  let claimed: Promise<Claimed> | undefined;
  const find = ({ urls }: Claimed, id: string) => {
    const found = Array.isArray(urls) ? urls.find(({ attachmentId }) => attachmentId === id) : undefined;
    if (typeof found?.fileUrl !== "string" || !URL.canParse(found.fileUrl)) throw notValetKey();
    return found;
  };
  return (id) => {
    let uses = 0;
    let sha256: string | undefined;
    return {
      async next() {
        uses += 1;
        claimed ??= visit.claim({ attachmentIds: batch.map(({ file }) => file.id) });
        let found = find(await claimed, id);
        const isOld = Date.parse(found.expiresAt) < Date.now() + 5_000;
        if (uses > 1 || isOld) found = find(await visit.urls((await claimed).claimId, { attachmentIds: [id] }), id);
        sha256 = found.sha256;
        return found.fileUrl;
      },
      sha256: () => sha256,
    };
  };
}

/** Creates the folders of a file. Refuses symbolic links, which could lead out of the directory. */
async function createFolders({ name, path }: Target): Promise<void> {
  const folders = name.split("/").slice(0, -1);
  const directory = join(path, ...name.split("/").map(() => ".."));
  await mkdir(directory, { recursive: true });
  for (let count = 1; count <= folders.length; count += 1) {
    const folder = join(directory, ...folders.slice(0, count));
    await mkdir(folder).catch((error) => {
      if (error.code !== "EEXIST") throw error;
    });
    if ((await lstat(folder)).isDirectory()) continue;
    throw new TerminalError("localFiles", `${folder} is not a folder, so no file is saved in it.`);
  }
}

type Save = { url: Urls; isForced: boolean; onBytes: (count: number) => void };

/**
 * Downloads a file into a part file, or continues an earlier part file, and then renames the part file. Returns whether a SHA-256 was
 * verified.
 */
async function save({ file, path, part }: Target, { url, isForced, onBytes }: Save): Promise<boolean> {
  const { O_CREAT, O_RDWR, O_NOFOLLOW = 0 } = constants;
  const handle = await open(part, O_CREAT | O_RDWR | O_NOFOLLOW, 0o666);
  const hash = createHash("sha256");
  try {
    const offset = await hashStart(handle, { hash, sizeBytes: file.sizeBytes });
    await handle.truncate(offset);
    onBytes(offset);
    let position = offset;
    for await (const chunk of await bytesFrom(offset, { file, url })) {
      for (let at = 0; at < chunk.length; ) {
        const { bytesWritten } = await handle.write(chunk, at, chunk.length - at, position);
        at += bytesWritten;
        position += bytesWritten;
      }
      hash.update(chunk);
      onBytes(chunk.length);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  const expected = url.sha256();
  if (expected !== undefined && hash.digest("base64") !== expected) {
    await rm(part, { force: true });
    throw new TerminalError("damaged", `${path} arrived damaged: its SHA-256 differs. Run the same command again.`);
  }
  // The empty file reserves the name, so that the rename never replaces a file that another program has just made.
  if (!isForced) await open(path, "wx").then((reserved) => reserved.close());
  await rename(part, path);
  return expected !== undefined;
}

async function bytesFrom(
  offset: number,
  { file, url }: { file: LinkFile; url: Urls },
): Promise<AsyncIterable<Uint8Array>> {
  const { sizeBytes } = file;
  if (offset < sizeBytes) return (await readFile({ getUrl: url.next, sizeBytes, offset })) as never;
  // All bytes are stored. A new URL shows whether the link is still open, and has the SHA-256.
  await url.next();
  return (async function* () {})();
}

/** Hashes the bytes that an earlier command has stored. Returns the offset at which the download continues. */
async function hashStart(handle: FileHandle, { hash, sizeBytes }: { hash: Hash; sizeBytes: number }): Promise<number> {
  const { size } = await handle.stat();
  if (size > sizeBytes) return 0;
  const buffer = new Uint8Array(2 ** 20);
  for (let offset = 0; offset < size; ) {
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, offset);
    if (bytesRead === 0) throw new TerminalError("localFiles", "The part file changed. Run the same command again.");
    hash.update(buffer.subarray(0, bytesRead));
    offset += bytesRead;
  }
  return size;
}

function report(saved: readonly Saved[], { targets, json }: { targets: readonly Target[]; json: boolean }): void {
  if (json) {
    const checked = new Set(saved.filter(({ isChecked }) => isChecked).map(({ target }) => target));
    const files = targets.map((target) => ({
      path: target.path,
      sizeBytes: target.file.sizeBytes,
      sha256Checked: checked.has(target),
    }));
    printJson({ files });
    return;
  }
  for (const { path } of targets) process.stdout.write(`${path}\n`);
  const bytes = targets.reduce((sum, { file }) => sum + file.sizeBytes, 0);
  const unchecked = saved.filter(({ isChecked }) => !isChecked).length;
  say(`Saved ${targets.length === 1 ? "1 file" : `${targets.length} files`}, ${formatBytes(bytes)}.`);
  if (unchecked > 0) say(`${unchecked} of them have no SHA-256 at the service. Only their lengths were checked.`);
}
