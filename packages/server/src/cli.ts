#!/usr/bin/env node
import { enableCompileCache } from "node:module";

// Before all other modules: it halves the time of every start but the first.
enableCompileCache();
const { runCommand } = await import("./cli/program.ts");
await runCommand(process.argv);
