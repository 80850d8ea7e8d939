import { building } from "$app/environment";
import { openFiles } from "./files.mjs";

export async function init() {
  if (!building) globalThis.files = await openFiles();
}
