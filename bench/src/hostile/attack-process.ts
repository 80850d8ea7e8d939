import { type AttackName, attacks, type Target } from "./attacks.ts";

// The hostile clients run in this separate process, so that they do not delay the client that polls GET /healthz.
const [name, target] = process.argv.slice(2) as [AttackName, string];
attacks[name](JSON.parse(target) as Target);
process.send?.("started");
process.once("disconnect", () => process.exit(0));
