// Prints the size of the source files that the process loads from the build of the command, in bytes.
const { readFileSync } = require("node:fs");
const { registerHooks } = require("node:module");

let bytes = 0;
registerHooks({
  load(url, context, next) {
    if (url.includes("/packages/valetkey/dist/")) bytes += readFileSync(new URL(url)).length;
    return next(url, context);
  },
});
process.on("exit", () => process.stdout.write(`bytes ${bytes}\n`));
