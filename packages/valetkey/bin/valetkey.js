#!/usr/bin/env node
import { setFlagsFromString } from "node:v8";

// An older Node would fail with a message about a missing module.
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(`Valet Key needs Node 22.18 or later. This is Node ${process.versions.node}.`);
  process.exit(1);
}
// Under load, V8 can decide to allocate the objects of requests in the old heap (docs/adr/0032-no-pretenuring.md).
setFlagsFromString("--no-allocation-site-pretenuring");
await import("../dist/cli.js");
