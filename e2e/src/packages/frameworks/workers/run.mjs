import { build } from "esbuild";
import { Miniflare } from "miniflare";

// Runs the checks in a Worker of Cloudflare, and prints the failures as JSON. Arguments: the routes and the bucket as JSON, and then
// compatibility flags.

const [input, ...compatibilityFlags] = process.argv.slice(2);
const { outputFiles } = await build({
  entryPoints: ["worker.js"],
  bundle: true,
  format: "esm",
  conditions: ["workerd", "worker", "browser"],
  write: false,
});
const worker = new Miniflare({
  modules: true,
  script: outputFiles[0].text,
  compatibilityDate: "2026-07-01",
  compatibilityFlags,
});
const response = await worker.dispatchFetch("http://worker/", { method: "POST", body: input });
console.log(await response.text());
await worker.dispose();
