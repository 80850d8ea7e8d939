import { registerHooks } from "node:module";

// Preload this file with --import. It prints each module that the process loads to standard error.
registerHooks({
  load(url, context, nextLoad) {
    process.stderr.write(`loads ${url}\n`);
    return nextLoad(url, context);
  },
});
