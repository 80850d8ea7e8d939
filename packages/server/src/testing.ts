import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { startS3Local } from "@valetkey/s3-local";
import { reportedAddress } from "./features/embedding/http/visitors.ts";
import type { ItemFile, ItemName, Resource, Resources, User } from "./features/embedding/types.ts";
import { requireNames } from "./platform/text/option-names.ts";
import { createOpened } from "./wiring/base.ts";
import { createEmptyDatabase } from "./wiring/database/open-sqlite.ts";
import { createValetKeyAt, type ValetKey } from "./wiring/embedding/create-valet-key.ts";
import type { ValetKeyOptions } from "./wiring/embedding/types.ts";

/** A file that a test uploads. */
export type TestUpload = {
  /** The filename that people see. Default: `file.txt`. */
  filename?: string | undefined;
  /** The content type. Default: the type of a `Blob`, or `text/plain`. */
  contentType?: string | undefined;
  /** The content of the file. A string is sent in UTF-8. */
  body: string | Uint8Array<ArrayBuffer> | Blob;
};

/** A time span, which is the sum of its members. Each member is a number from 0. */
export type TimeSpan = {
  days?: number | undefined;
  hours?: number | undefined;
  minutes?: number | undefined;
  seconds?: number | undefined;
};

/** The clock of the embedding and of its bucket. It starts at the current time, and continues to run. */
export type TestClock = {
  now(): Date;
  /**
   * Moves the clock forward, so that URLs, uploads and files in the trash expire. Throws TypeError for a wrong time span.
   *
   * @example
   * ```ts
   * clock.advance({ minutes: 2 });
   * ```
   */
  advance(span: TimeSpan): void;
};

/** An embedding for tests, and the functions that only tests need. */
export type TestFiles<AppUser extends User = User> = {
  /** The embedding, as `createValetKey` returns it. Pass `files` to your application. */
  files: ValetKey<AppUser>;
  /**
   * Uploads a file as a browser does: starts the upload, sends the bytes to the bucket, and completes the upload. Returns the ready file. A
   * file has at most 64 MiB. If Valet Key refuses or rejects the file, `uploadFile` rejects with the code of the response, such as
   * `access_denied` or `upload_rejected`.
   *
   * @example
   * ```ts
   * const file = await uploadFile(ann, { resource: "invoice", itemId: "42" }, { filename: "a.txt", body: "hello" });
   * ```
   */
  uploadFile(user: AppUser, item: ItemName, file: TestUpload): Promise<ItemFile>;
  clock: TestClock;
  /**
   * Runs all due work, and waits until all due hooks have run. A call of `onDownload` is due 31 seconds after Valet Key issued the URL.
   * Rejects with the first error that a hook threw since the last call.
   */
  runHooks(): Promise<void>;
  /** Closes the embedding and its bucket, and deletes all files. Repeated calls do nothing. */
  close(): Promise<void>;
};

const credentials = { accessKeyId: "test", secretAccessKey: "only-for-tests" };
const bucketName = "test-files";

/**
 * Opens an embedding for the tests of an application, with an empty bucket and an empty database in a temporary folder of this machine.
 * `options` may be the options of your application, because `bucket`, `buckets` and `database` are replaced. Without `resources`, every
 * user may do everything with the resource `item`. Without `user`, the header `x-test-user` contains the id of the user. Without
 * `background`, no background work runs, and only `runHooks` calls the hooks. Throws TypeError for wrong options.
 *
 * @example
 * ```ts
 * import { openTestFiles } from "@valetkey/server/testing";
 *
 * const { files, uploadFile, close } = await openTestFiles({ resources: { invoice: { may: () => true } } });
 * const invoice = { resource: "invoice", itemId: "42" };
 * await uploadFile({ id: "ann" }, invoice, { body: "hello" });
 * console.log((await files.list({ id: "ann" }, invoice)).files.length); // 1
 * await close();
 * ```
 */
export async function openTestFiles<AppUser extends User = User>(
  options: Partial<ValetKeyOptions<AppUser>> = {},
): Promise<TestFiles<AppUser>> {
  const { resources = { item: { may: () => true } }, user: findUser = userInHeader<AppUser>, ...others } = options;
  const opened = createOpened();
  const { clock, now } = createClock();
  const hooks = watchHooks(resources);
  const senders = new WeakMap<Request, AppUser>();
  try {
    const folder = await mkdtemp(join(tmpdir(), "valetkey-test-files-"));
    opened.add(() => rm(folder, { recursive: true, force: true }));
    const database = join(folder, "files.db");
    await writeFile(database, await emptyDatabase());
    const bucket = await startS3Local({
      ...{ dataDir: join(folder, "bucket"), credentials, now },
      ...{ buckets: [bucketName], cors: { allowedOrigins: ["*"] } },
    });
    opened.add(() => bucket.close({ withinMs: 0 }));
    const target = { name: bucketName, region: "us-east-1", endpoint: bucket.endpoint, credentials };
    const named = Object.keys(Object(options.buckets)).map((name) => [
      name,
      { ...target, keyPrefix: `buckets/${name}` },
    ]);
    const files = await createValetKeyAt<AppUser>(
      {
        background: false,
        ...others,
        bucket: target,
        // A request to `files.fetch` has no IP address. Without this option, the log would warn that all visitors share one limit.
        ...(options.links !== undefined && { links: { clientAddress: addressOf, ...options.links } }),
        ...(options.buckets !== undefined && { buckets: Object.fromEntries(named) }),
        database,
        user: (request, original) => senders.get(request) ?? findUser(request, original),
        resources: hooks.resources,
      },
      { clock: now },
    );
    opened.add(files.close);
    const basePath = options.basePath ?? "/files";
    const uploadFile = createUpload(files, { basePath, sendAs: (user, request) => senders.set(request, user) });
    return { files, uploadFile, clock, runHooks: () => hooks.run(files), close: opened.close };
  } catch (error) {
    await opened.close().catch(() => undefined);
    throw error;
  }
}

function userInHeader<AppUser extends User>(request: Request): AppUser | null {
  const id = request.headers.get("x-test-user");
  return id === null ? null : ({ id } as AppUser);
}

const addressOf: typeof reportedAddress = (...request) => reportedAddress(...request) ?? "127.0.0.1";

let empty: Promise<Buffer> | undefined;

/** Returns the bytes of an empty database. The published package contains it, so that the first start does not run the migrations. */
function emptyDatabase(): Promise<Buffer> {
  empty ??= readFile(new URL("./empty-database.gz", import.meta.url)).then(gunzipSync, createEmptyDatabase);
  return empty;
}

const MS = { days: 86_400_000, hours: 3_600_000, minutes: 60_000, seconds: 1_000 } as const;

function createClock(): { clock: TestClock; now: () => number } {
  let aheadMs = 0;
  const now = () => Date.now() + aheadMs;
  const advance = (span: TimeSpan) => {
    const parts = Object.entries(Object(span)).map(
      ([unit, amount]) => MS[unit as keyof typeof MS] * Number(amount ?? 0),
    );
    if (parts.length === 0 || !parts.every((ms) => Number.isFinite(ms) && ms >= 0)) {
      throw new TypeError(
        "clock.advance: give days, hours, minutes or seconds as numbers from 0, such as { minutes: 2 }",
      );
    }
    aheadMs += parts.reduce((sum, ms) => sum + ms, 0);
  };
  return { clock: { now: () => new Date(now()), advance }, now };
}

const HOOKS = [
  "onReady",
  "onQuarantined",
  "onRejected",
  "onRemoved",
  "onDownload",
] as const satisfies (keyof Resource)[];

/** Counts the calls of the hooks, and stores their errors for `run`. */
function watchHooks<AppUser extends User>(given: Resources<AppUser>) {
  let calls = 0;
  let errors: unknown[] = [];
  const watch =
    (hook: (...args: unknown[]) => unknown) =>
    async (...args: unknown[]) => {
      calls += 1;
      try {
        await hook(...args);
      } catch (error) {
        errors.push(error);
        throw error;
      }
    };
  const watched = (resource: Resource<AppUser>) => {
    const hooks = HOOKS.flatMap((name) => {
      const hook: unknown = Object(resource)[name];
      return typeof hook === "function" ? [[name, watch(hook.bind(resource))]] : [];
    });
    return { ...resource, ...Object.fromEntries(hooks) };
  };
  return {
    resources: Object.fromEntries(Object.entries(given).map(([name, resource]) => [name, watched(resource)])),
    async run(files: Pick<ValetKey, "tick">): Promise<void> {
      // The first `tick` deletes objects, which makes calls of `onRemoved` due. A hook can also add or remove files, so `tick` is repeated.
      await files.tick();
      let before: number;
      do {
        before = calls;
        await files.tick();
      } while (calls > before);
      const [first] = errors;
      const failed = errors.length > 0;
      errors = [];
      if (failed) throw first;
    },
  };
}

/** The response to a started upload, or the file in the response to a completed upload. */
type StartOrFile = {
  id: string;
  upload: { id: string; url?: string; method: string; headers: Record<string, string> };
};

type UploadOptions<AppUser> = { basePath: string; sendAs: (user: AppUser, request: Request) => unknown };

function createUpload<AppUser extends User>(
  files: ValetKey<AppUser>,
  { basePath, sendAs }: UploadOptions<AppUser>,
): TestFiles<AppUser>["uploadFile"] {
  async function send(user: AppUser, path: string, json?: object) {
    const body = json === undefined ? null : JSON.stringify(json);
    const headers = json === undefined ? {} : { "content-type": "application/json" };
    const request = new Request(`http://localhost${basePath}${path}`, { method: "POST", headers, body });
    sendAs(user, request);
    const response = await files.fetch(request);
    const answer = (await response.json()) as StartOrFile & { code?: string; detail?: string };
    if (!response.ok) throw Object.assign(new Error(answer.detail), { code: answer.code });
    return answer;
  }

  const names: Record<keyof TestUpload, true> = { filename: true, contentType: true, body: true };
  return async (user, { resource, itemId }, file) => {
    requireNames(file, { call: "uploadFile", names });
    const { filename = "file.txt", contentType, body } = file;
    const blob = new Blob([body]);
    const type = contentType ?? (body instanceof Blob && body.type !== "" ? body.type : "text/plain");
    const declared = { filename, contentType: type, sizeBytes: blob.size };
    const { upload } = await send(user, `/${resource}/${encodeURIComponent(itemId)}/uploads`, declared);
    if (upload.url === undefined)
      throw new TypeError("uploadFile sends at most 64 MiB. Use files.attach for larger files.");
    const stored = await fetch(upload.url, { method: upload.method, headers: upload.headers, body: blob });
    if (!stored.ok)
      throw new Error(`The bucket refused the file with the status ${stored.status}: ${await stored.text()}`);
    const { id } = await send(user, `/uploads/${upload.id}/complete`);
    return files.asApplication.get(id);
  };
}
