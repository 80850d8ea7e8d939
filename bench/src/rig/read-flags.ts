import { parseArgs } from "node:util";

/** Reads flags such as `--rounds 5`. Throws for an unknown flag. */
export function readFlags<Name extends string>(args: readonly string[], defaults: Record<Name, string>) {
  const options: Record<string, { type: "string"; default: string }> = {};
  for (const [name, value] of Object.entries<string>(defaults)) options[name] = { type: "string", default: value };
  return parseArgs({ args: [...args], options }).values as Record<Name, string>;
}
