import { DatabaseSync } from "node:sqlite";
import { createValetKey } from "../../../index.ts";
import { codeOfDocs } from "./code-of-docs.ts";
import { invoice42, optionsAt, users } from "./place.ts";

// Runs the outbox of docs/embedding.md, and stops before or after the call of `attachStaged`. Prints the id of the staged file, and waits
// until the test kills the process.
// Usage: node outbox-until-killed.child.ts <place as JSON>, which also has the members `applicationFile` and `stopsAt`
const { applicationFile, stopsAt, ...place } = JSON.parse(process.argv[2] ?? "");
const db = new DatabaseSync(applicationFile);
db.exec(
  `create table invoices (id integer primary key, file_id text);
  create table files_to_attach (id text primary key, expires_at integer)`,
);
const files = await createValetKey(optionsAt(place, { background: false }));
const stopping = {
  stage: files.stage,
  async attachStaged(id: string) {
    if (stopsAt === "after") await files.attachStaged(id);
    process.stdout.write(`${id}\n`);
    await new Promise(() => setInterval(() => undefined, 60_000));
  },
};
const AsyncFunction = (async () => undefined).constructor as FunctionConstructor;
const run = new AsyncFunction("files", "db", "user", "invoice", "renderPdf", await codeOfDocs("files_to_attach"));
await run(stopping, db, users.ann, invoice42, async () => Buffer.from("%PDF-1.7\n%\u00e2\u00e3\u00cf\u00d3\n"));
