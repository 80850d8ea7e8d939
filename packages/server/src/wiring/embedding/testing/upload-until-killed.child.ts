import { createValetKey } from "../../../index.ts";
import { clientOf } from "./client.ts";
import { optionsAt } from "./place.ts";

// Uploads a file, and does not call the hook of the file. Prints the id of the file, and waits until the test kills the process.
// Usage: node upload-until-killed.child.ts <place as JSON>
const place = JSON.parse(process.argv[2] ?? "");
const files = await createValetKey(optionsAt(place, { background: false }));
const { body } = await clientOf(files.fetch, "ann").upload("/invoice/42");
process.stdout.write(`${body.id}\n`);
setInterval(() => undefined, 60_000);
