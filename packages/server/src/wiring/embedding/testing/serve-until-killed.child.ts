import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createValetKey } from "../../../index.ts";
import { optionsAt } from "./place.ts";

// Starts a server with an embedding, and prints its URL. Runs until the test kills the process.
// Usage: node serve-until-killed.child.ts <place as JSON>
const place = JSON.parse(process.argv[2] ?? "");
const files = await createValetKey(optionsAt(place));
const server = createServer(files.node).listen(0, "127.0.0.1", () => {
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}/files\n`);
});
