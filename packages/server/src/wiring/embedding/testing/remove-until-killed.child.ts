import { createValetKey } from "../../../index.ts";
import { clientOf } from "./client.ts";
import { optionsAt, users } from "./place.ts";

// Uploads two files, issues a URL of the first file, and removes the second file. Calls no hook. Prints the ids of the files, and waits
// until the test kills the process.
// Usage: node remove-until-killed.child.ts <place as JSON>
const place = JSON.parse(process.argv[2] ?? "");
const files = await createValetKey(optionsAt(place, { background: false }));
const ann = clientOf(files.fetch, "ann");
const downloaded = (await ann.upload("/invoice/42")).body.id;
const removed = (await ann.upload("/invoice/42")).body.id;
await files.issueUrl(users.ann, downloaded);
await files.asApplication.remove(removed);
process.stdout.write(`${JSON.stringify({ downloaded, removed })}\n`);
setInterval(() => undefined, 60_000);
