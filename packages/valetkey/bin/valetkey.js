#!/usr/bin/env node
import { setFlagsFromString } from "node:v8";

// An older Node.js would fail later, with a message that does not help: its SQLite cannot bind numbered parameters.
const [major, minor] = process.versions.node.split(".").map(Number);
if (!((major === 22 && minor >= 20) || (major === 24 && minor >= 7) || major > 24)) {
  console.error(
    `Valet Key needs Node 24.7 or later, or Node 22.20 or a later version of Node 22. This is Node ${process.versions.node}.`,
  );
  process.exit(1);
}
// Without the flag, V8 can decide under load to allocate the objects of requests in the old space (docs/adr/0003-fastify-in-a-bundle.md).
setFlagsFromString("--no-allocation-site-pretenuring");
await import("../dist/cli.js");
