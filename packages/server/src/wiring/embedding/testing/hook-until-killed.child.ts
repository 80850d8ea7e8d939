import { createValetKey } from "../../../index.ts";
import { mayInvoice, optionsAt } from "./place.ts";

// Prints the first call of a hook. The hook never ends, so this process runs until the test kills it.
// Usage: node hook-until-killed.child.ts <place as JSON>
const place = JSON.parse(process.argv[2] ?? "");
await createValetKey(
  optionsAt(place, {
    resources: {
      invoice: {
        may: mayInvoice,
        onReady({ id: fileId }, _itemId, { id, attempt }) {
          process.stdout.write(`${JSON.stringify({ fileId, id, attempt })}\n`);
          return new Promise(() => undefined);
        },
      },
    },
  }),
);
