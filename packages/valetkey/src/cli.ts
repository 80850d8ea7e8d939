#!/usr/bin/env node
import { enableCompileCache } from "node:module";

/** Commands that run without the code of the server. */
const COMMANDS = ["login", "logout", "send", "get", "--version", "-V"];

// A closed standard output ends the command without a stack trace, as in `valetkey user list | head -1`.
for (const output of [process.stdout, process.stderr]) {
  output.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit(process.exitCode || 1);
  });
}

// Node.js needs the compile cache before all other imports. The cache halves the time of every start except the first.
const { directory } = enableCompileCache();
// Worker threads use the compile cache only through this variable.
if (directory !== undefined) process.env.NODE_COMPILE_CACHE = directory;
// The code of the server takes longer to load than these commands take to run.
const { run } = COMMANDS.includes(process.argv[2] ?? "")
  ? await import("./terminal/program.ts")
  : await import("./program.ts");
await run(process.argv);
