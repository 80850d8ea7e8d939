import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { handleRequest, RejectUpload, route } from "@better-upload/server";
import { custom } from "@better-upload/server/clients";
import { createValetKey, type ValetKey } from "@valetkey/server";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  type BucketServer,
  inspect,
  startEmbedded,
} from "../../packages/server/src/platform/bucket/testing/bucket-server.ts";
import { signTestJwt } from "../../packages/server/src/testing/auth/test-jwt.ts";
import { endOfCli, makePlace, type Place, runCli, startProcess } from "./testing/service.ts";

const read = (page: string) => readFileSync(resolve(import.meta.dirname, "../../docs", page), "utf8");
const AsyncFunction = (async () => undefined).constructor as FunctionConstructor;

/** Runs a code block of a page with the variables in `scope`. Returns the variables with the names in `results`. */
async function run(page: string, { block, scope, results = "" }: { block: string; scope: object; results?: string }) {
  const [, code = ""] = new RegExp(`\`\`\`js\\n// ${block}\\n(.*?)\`\`\``, "s").exec(read(page)) ?? [];
  expect(code).not.toBe("");
  return new AsyncFunction(...Object.keys(scope), `${code}\nreturn { ${results} };`)(...Object.values(scope));
}

let server: BucketServer & { port: number };
let place: Place;

beforeAll(async () => {
  server = await startEmbedded();
  place = await makePlace({
    AWS_BUCKET_NAME: server.bucket,
    S3_ENDPOINT: `http://localhost:${server.port}`,
    AWS_ACCESS_KEY_ID: server.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: server.credentials.secretAccessKey,
    AUTH_SECRET: "n8sJ2kQ0xV5bZ7mT4rY1wE6uI3oP9aLc",
  });
});
afterAll(async () => {
  await place.remove();
  await server.stop();
});

const bucketOf = () => ({
  ...{ name: server.bucket, region: server.region, endpoint: server.endpoint },
  credentials: server.credentials,
});

async function textsOf(files: ValetKey, item: { resource: string; itemId: string }): Promise<Record<string, string>> {
  const { files: listed } = await files.asApplication.list(item);
  const texts = listed.map(async ({ id, filename }) => {
    const { url } = await files.asApplication.issueUrl(id);
    return [filename, await (await fetch(url)).text()];
  });
  return Object.fromEntries(await Promise.all(texts));
}

it("the steps of docs/from-better-upload.md move the uploads of better-upload", async () => {
  const photos = new Map<string, { key: string; filename: string }>();
  const scope = {
    ...{ route, handleRequest, RejectUpload, createValetKey, bucket: bucketOf() },
    client: custom({
      host: `localhost:${server.port}`,
      region: "us-east-1",
      ...server.credentials,
      secure: false,
      forcePathStyle: true,
    }),
    database: join(place.dataDir, "better-upload.db"),
    userOf: async (request: Request) => ({ id: request.headers.get("x-user") }),
    isMember: async ({ id }: { id: string }, albumId: string) => id === "ann" && albumId === "7",
    photoTable: {
      add: async (photo: { key: string; filename: string }) => void photos.set(photo.key, photo),
      all: async () => [...photos.values()],
    },
  };
  const { upload } = await run("from-better-upload.md", { block: "before.js", scope, results: "upload" });
  const png = Buffer.from("89504e470d0a1a0a0000000d49484452", "hex");
  const start = (user: string, name: string): Promise<Response> => {
    const file = { name, size: png.length, type: "image/png" };
    const body = JSON.stringify({ route: "photos", files: [file], metadata: { albumId: "7" } });
    return upload(new Request("http://localhost/upload", { method: "POST", headers: { "x-user": user }, body }));
  };
  expect((await start("ben", "ben.png")).status).toBe(400);
  for (const name of ["beach.png", "never-sent.png"]) {
    const {
      files: [started],
    } = (await (await start("ann", name)).json()) as { files: { signedUrl: string }[] };
    if (name === "never-sent.png") continue;
    const sent = await fetch(started?.signedUrl ?? "", {
      method: "PUT",
      headers: { "content-type": "image/png" },
      body: png,
    });
    expect(sent.status).toBe(200);
  }

  const { files } = await run("from-better-upload.md", { block: "after.js", scope, results: "files" });
  try {
    const migrate = async () => {
      const warned: string[][] = [];
      const console = { warn: (key: string, code: string) => warned.push([photos.get(key)?.filename ?? "", code]) };
      await run("from-better-upload.md", { block: "migrate.js", scope: { ...scope, files, console } });
      return warned;
    };
    const neverSent = ["never-sent.png", "object_not_found"];
    expect(await migrate()).toEqual([neverSent]);
    expect(await migrate()).toEqual([["beach.png", "object_already_attached"], neverSent]);
    const [file] = (await files.list({ id: "ann" }, { resource: "album", itemId: "7" })).files;
    expect(file).toMatchObject({ filename: "beach.png", contentType: "image/png", createdBy: "ann" });
    const { url } = await files.issueUrl({ id: "ann" }, file.id);
    expect(Buffer.from(await (await fetch(url)).arrayBuffer())).toEqual(png);
    await expect(files.issueUrl({ id: "ben" }, file.id)).rejects.toMatchObject({ code: "access_denied" });
  } finally {
    await files.close();
  }
});

/** The tables of ActiveStorage 7.2 on SQLite, with the rows and objects that `attach` writes. */
const RAILS = `
create table active_storage_blobs (id integer primary key autoincrement not null, key varchar not null, filename varchar not null,
  content_type varchar, metadata text, service_name varchar not null, byte_size bigint not null, checksum varchar, created_at datetime(6) not null);
create table active_storage_attachments (id integer primary key autoincrement not null, name varchar not null, record_type varchar not null,
  record_id bigint not null, blob_id bigint not null references active_storage_blobs (id), created_at datetime(6) not null);
create table invoices (id integer primary key autoincrement not null, user_id integer, title varchar);
insert into invoices (user_id, title) values (1, 'March'), (1, 'April');
insert into active_storage_blobs values
  (1, 'qrsze9tmzozmcuthg0cn1tp9759j', 'terms.txt', 'text/plain', '{"identified":true,"analyzed":true}', 'amazon', 9, 'R+mUYDMwdnnc+8Hr2w6riQ==', '2026-12-01 03:54:58.075998'),
  (2, 'qol9z5c7yqghu61ejfzu984eagdt', 'bill, March.txt', 'text/plain', '{"identified":true,"analyzed":true}', 'amazon', 13, 'ZxsYMcST83IwbGLAMZZlpA==', '2026-12-01 03:54:58.347372');
insert into active_storage_attachments values (1, 'documents', 'Invoice', 1, 1, '2026-12-01 03:54:58.081970'),
  (2, 'documents', 'Invoice', 1, 2, '2026-12-01 03:54:58.354588'), (3, 'documents', 'Invoice', 2, 1, '2026-12-01 03:54:58.447120'),
  (4, 'image', 'ActiveStorage::VariantRecord', 1, 2, '2026-12-01 03:54:58.447120');
`;

type RailsRow = { key: string; filename: string; oldId: number; record: number; owner: number; note: string };

async function openRails(): Promise<RailsRow[]> {
  const rails = new DatabaseSync(":memory:");
  rails.exec(RAILS);
  for (const { key, filename } of rails.prepare("select key, filename from active_storage_blobs").all()) {
    const more = { ContentType: "text/plain", ContentDisposition: `inline; filename="${filename}"` };
    const object = { Bucket: server.bucket, Key: String(key), Body: `the text of ${filename}`, ...more };
    await inspect(server).s3.send(new PutObjectCommand(object));
  }
  const [, query = ""] = /```sql\n(.*?)```/s.exec(read("from-active-storage.md")) ?? [];
  return rails.prepare(query).all() as RailsRow[];
}

it("the steps of docs/from-active-storage.md move the files of Rails to the library", async () => {
  const rows = await openRails();
  const files = await createValetKey({
    bucket: bucketOf(),
    database: join(place.dataDir, "active-storage.db"),
    user: () => null,
    resources: { invoice: { may: () => false } },
    adoptPrefixes: [""],
  });
  try {
    await run("from-active-storage.md", { block: "migrate.js", scope: { rows, files } });
    const terms = { "terms.txt": "the text of terms.txt" };
    const march = { ...terms, "bill, March.txt": "the text of bill, March.txt" };
    expect(await textsOf(files, { resource: "invoice", itemId: "1" })).toEqual(march);
    expect(await textsOf(files, { resource: "invoice", itemId: "2" })).toEqual(terms);
  } finally {
    await files.close();
  }
});

it("the steps of docs/from-active-storage.md move the files of Rails to the service", async () => {
  const rows = await openRails();
  const [, command = ""] = /npx valetkey (adopt --list .*)/.exec(read("from-active-storage.md")) ?? [];
  const lines = rows.map(({ key, filename, ...row }) => `${key},"${filename}",${row.oldId},${row.owner},${row.note}`);
  await writeFile(join(place.dataDir, "files.csv"), `key,filename,oldId,owner,note\n${lines.join("\n")}\n`);
  const service = await startProcess(place);
  try {
    await runCli(place, ["user", "add", "--email", "admin@example.com", "--admin"]);
    const { stdout, stderr } = await endOfCli(place, command.split(" "));
    expect(stdout.trim().split("\n")).toHaveLength(2);
    expect(stderr).toContain("Line 4: ");
    const headers = { authorization: `Bearer ${await signTestJwt({ sub: "1" })}` };
    const answer = await fetch(`${service.url}/attachments/2/url`, { headers });
    const { fileUrl } = (await answer.json()) as { fileUrl: string };
    expect(await (await fetch(fileUrl)).text()).toBe("the text of bill, March.txt");
  } finally {
    await service.stop();
  }
});
