import { createRequire } from "node:module";
import { dirname } from "node:path";

export const MAJORS = [18, 19] as const;
export type Major = (typeof MAJORS)[number];

/** The package.json files that depend on each version of React. */
const HOMES: Record<Major, string> = { 18: "../../../../e2e/react-18/package.json", 19: "../../package.json" };

/** Returns bundler aliases for the folders of the given version of React. */
export function aliasesOf(major: Major): Record<string, string> {
  const require = createRequire(new URL(HOMES[major], import.meta.url));
  const folderOf = (name: string) => dirname(require.resolve(`${name}/package.json`));
  return { react: folderOf("react"), "react-dom": folderOf("react-dom") };
}
