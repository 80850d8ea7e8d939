import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join, posix } from "node:path";

export type Link = { text: string; link: string };
/** A section of docs/README.md, with groups such as the pages of the packages. */
export type Section = { text: string; collapsed: boolean; items: (Link | Section)[] };

const INDEX = "docs/README.md";
const LINK = /(\]\(|<img src=")([^)\s"]+)/g;
const WEB = /^(?:https?:|mailto:|#)/;

/** Returns the path of a page on the site: `packages/client/README.md` is the page `packages/client.md`. */
export function pageOf(file: string): string {
  if (file === "README.md") return "index.md";
  if (file === INDEX) return "documentation.md";
  return file
    .replace(/^docs\//, "")
    .replace(/\/README\.md$/, ".md")
    .toLowerCase();
}

/** Returns the sidebar, in the order of docs/README.md. Each page in the sidebar is a link in docs/README.md. */
export function sidebarOf(root: string, generated: Section["items"]): Section[] {
  const [, ...sections] = readFileSync(join(root, INDEX), "utf8").split(/^## /m);
  return sections.map((section) => {
    const [text = "", ...lines] = section.split("\n");
    const items = lines.flatMap((line): Section["items"] => {
      const links = [...line.matchAll(/\[([^\]]+)\]\(([^)]+\.md)\)/g)].map(([, name = "", path = ""]) =>
        linkTo(name, path),
      );
      if (line.startsWith("- ")) return links;
      return links.length === 0 ? [] : [{ text: line.split(":", 1)[0] ?? "", collapsed: true, items: links }];
    });
    return { text, collapsed: false, items: text === "Reference" ? [...generated, ...items] : items };
  });
}

function linkTo(name: string, path: string): Link {
  const page = pageOf(posix.join(dirname(INDEX), path));
  return { text: name.charAt(0).toUpperCase() + name.slice(1), link: `/${page.replace(/(?:index)?\.md$/, "")}` };
}

type WriteOptions = { root: string; into: string; repository: string | undefined };

/**
 * Copies all pages that docs/README.md reaches to the folder `into`, with their pictures. Links to other files of the repository get the
 * URL `repository`, such as https://github.com/owner/name/blob/main. Without `repository`, these links become plain text.
 */
export function writePages({ root, into, repository }: WriteOptions): string[] {
  rmSync(into, { recursive: true, force: true });
  mkdirSync(join(into, "public"), { recursive: true });
  cpSync(join(root, "packages/web/public/icon.svg"), join(into, "public/icon.svg"));
  const files = [INDEX];
  for (const file of files) {
    const rewrite = (href: string) => {
      const [path = "", heading] = href.split("#", 2);
      const target = posix.join(dirname(file), path);
      const isFile = existsSync(join(root, target));
      if (isFile && /\.(?:webp|png|svg)$/.test(target)) {
        cpSync(join(root, target), join(into, "public", basename(target)));
        return `/${basename(target)}`;
      }
      const page = isFile && statSync(join(root, target)).isDirectory() ? posix.join(target, "README.md") : target;
      if (!page.endsWith(".md") || !existsSync(join(root, page))) return undefined;
      if (!files.includes(page)) files.push(page);
      return `/${pageOf(page)}${heading === undefined ? "" : `#${heading}`}`;
    };
    write(join(into, pageOf(file)), rewriteLinks(readFileSync(join(root, file), "utf8"), { rewrite, toSource }));

    function toSource(text: string, href: string): string {
      return repository === undefined ? text : `[${text}](${repository}/${posix.join(dirname(file), href)})`;
    }
  }
  return files;
}

type Rewriting = { rewrite(href: string): string | undefined; toSource(text: string, href: string): string };

function rewriteLinks(page: string, { rewrite, toSource }: Rewriting): string {
  const parts = page.split(/(```.*?```)/s);
  return parts
    .map((part) => {
      if (part.startsWith("```")) return part;
      return part
        .replaceAll(LINK, (all, before, href) => (WEB.test(href) ? all : before + (rewrite(href) ?? `source:${href}`)))
        .replaceAll(/\[((?:!\[[^\]]*\]\([^)]*\)|[^\]])*)\]\(source:([^)]+)\)/g, (_, text, href) => toSource(text, href))
        .replaceAll(/!\[[^\]]*\]\([^)]*(?:badge\.svg|img\.shields\.io)[^)]*\)/g, "");
    })
    .join("");
}

export function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** Reads the error codes in the section of docs/errors.md that is only about the service. */
export function codesOfService(): string[] {
  const page = readFileSync(join(import.meta.dirname, "../docs/errors.md"), "utf8");
  const [, section = ""] = page.split("\n## Codes of the service only\n");
  return [...section.matchAll(/^\| (`.+?`) +\|/gm)].flatMap(([, codes = ""]) => codes.match(/\w+/g) ?? []);
}
