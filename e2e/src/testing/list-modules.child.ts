import { registerHooks } from "node:module";

// Load this file with `node --import`. Prints the URL of each module that the process loads to standard error.
registerHooks({
  load(url, context, nextLoad) {
    process.stderr.write(`loads ${url}\n`);
    return nextLoad(url, context);
  },
});
