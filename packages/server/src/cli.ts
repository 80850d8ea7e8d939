#!/usr/bin/env node
import { enableCompileCache } from "node:module";

// Before anything else is loaded: from the second start on, half of the time to start is saved.
enableCompileCache();
const { runCommand } = await import("./cli/program.ts");
await runCommand(process.argv);
