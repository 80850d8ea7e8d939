import { bundleSize } from "../../packages/client/scripts/bundle-size.ts";
import { formatCount, formatTable, reportResult } from "./rig/table.ts";

const GOAL_BYTES = 12_000;

/** Measures the size of the client in the bundle of a page: minified by esbuild, and gzipped. Returns whether the size met the goal. */
export async function runClientSize(): Promise<boolean> {
  const { minified, gzipped } = await bundleSize('export * from "@valetkey/client"');
  console.log("client-size: @valetkey/client for a browser, by esbuild");
  const calls = await bundleSize('export { createCalls, ValetKeyError } from "@valetkey/client"');
  const rows = [
    ["everything", formatCount(minified), formatCount(gzipped)],
    ["calls alone", formatCount(calls.minified), formatCount(calls.gzipped)],
  ];
  console.log(formatTable(["", "minified", "gzip"], rows));
  const text = `gzip: ${formatCount(gzipped)} bytes (goal: under ${formatCount(GOAL_BYTES)})`;
  return reportResult(gzipped < GOAL_BYTES, text);
}
