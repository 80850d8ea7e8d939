#!/usr/bin/env node
import { setFlagsFromString } from "node:v8";

// Without this check, an older Node would fail with a message about a missing module.
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(`Valet Key needs Node 22.18 or later. This is Node ${process.versions.node}.`);
  process.exit(1);
}
// Without this flag, V8 can decide under load to allocate the objects of requests in the old heap (docs/adr/0032-no-pretenuring.md).
setFlagsFromString("--no-allocation-site-pretenuring");
await import("../dist/cli.js");
