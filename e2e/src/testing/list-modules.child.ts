import { registerHooks } from "node:module";

// Prints the URL of each module that a process loads to standard error. Load this file with `node --import`.
registerHooks({
  load(url, context, nextLoad) {
    process.stderr.write(`loads ${url}\n`);
    return nextLoad(url, context);
  },
});
