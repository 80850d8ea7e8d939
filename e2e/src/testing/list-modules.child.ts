import { registerHooks } from "node:module";

// The command `node --import` loads list-modules.child.ts. The file prints the URL of each module that the process loads to standard error.
registerHooks({
  load(url, context, nextLoad) {
    process.stderr.write(`loads ${url}\n`);
    return nextLoad(url, context);
  },
});
