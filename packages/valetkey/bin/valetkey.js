#!/usr/bin/env node
// An older Node would fail with a message about a missing module.
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(`Valet Key needs Node 22.18 or later. This is Node ${process.versions.node}.`);
  process.exit(1);
}
await import("../dist/cli.js");
