import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { build, serve } from "vitepress";
import { CATALOGUE } from "../packages/server/src/operations/doctor/run.ts";
import { type Section, sidebarOf, write, writePages } from "./pages.ts";
import { callsPage, escapeText, OPTION_PAGES, optionsPage, resultsPage } from "./reference.ts";
import { type Document, documentOfEmbedding, documentOfService, routesPage, typesSection } from "./routes.ts";

// `npm run docs:site` builds the documentation as a site in site/dist. With `--serve`, the command also serves the site on this machine.
// DOCS_BASE is the path of the site, such as /valet-key/. DOCS_REPOSITORY is the URL of the repository, for links to source files.
const root = resolve(import.meta.dirname, "..");
const pages = join(import.meta.dirname, "pages");
const FAULTS = { text: "Faults that the doctor finds", link: "/reference/doctor-faults" };
const repository = process.env.DOCS_REPOSITORY;

writePages({ root, into: pages, repository: repository && `${repository}/blob/main` });
const [service, embedding] = await Promise.all([documentOfService(root), documentOfEmbedding()]);
const reference = [...OPTION_PAGES, writeEmbedding(embedding), writeService(service), FAULTS];
write(join(pages, "reference/options.md"), optionsPage(root));
write(join(pages, "reference/calls.md"), callsPage(root));
write(join(pages, "reference/results.md"), resultsPage(root));
write(join(pages, `${FAULTS.link}.md`), faultsPage());
const index = join(pages, "documentation.md");
const generated = OPTION_PAGES.map(({ text, link }) => `- [${text}](${link}.md)`).join("\n");
write(index, readFileSync(index, "utf8").replace("\n## Reference\n", `\n## Reference\n\n${generated}\n`));
write(join(pages, "sidebar.json"), JSON.stringify(sidebarOf(root, reference)));
await build(import.meta.dirname);
console.log("The site is in site/dist.");
if (process.argv.includes("--serve")) await serve({ root: import.meta.dirname, port: 4173 });

function writeEmbedding(document: Document) {
  const intro =
    "This page is for developers who call the routes of `createValetKey` without `openFiles`. The option `basePath` is in front " +
    "of each path. The page [errors](/errors.md) lists the refusals. [The OpenAPI document](/openapi-library.json){target=_self}";
  const options = { title: "Routes of the library", intro, types: "", tags: document.tags.map(({ name }) => name) };
  write(join(pages, "reference/library-routes.md"), `${routesPage(document, options)}\n\n${typesSection(document)}`);
  write(join(pages, "public/openapi-library.json"), JSON.stringify(document));
  return { text: options.title, link: "/reference/library-routes" };
}

function writeService(document: Document): Section {
  const used = document.tags;
  for (const { name, description } of used) {
    const intro = `${description}. The page [errors](/errors.md) lists the refusals.`;
    const options = { title: titleOf(name), intro, tags: [name], types: "/reference/service/types.md" };
    write(join(pages, `reference/service/${name}.md`), routesPage(document, options));
  }
  write(join(pages, "reference/service/types.md"), `# Types of the service\n\n${typesSection(document)}`);
  write(join(pages, "public/openapi-service.json"), JSON.stringify(document));
  const links = [...used.map(({ name }) => name), "types"].map((name) => ({
    text: titleOf(name),
    link: `/reference/service/${name}`,
  }));
  return { text: "Routes of the service", collapsed: true, items: links };
}

function titleOf(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** Returns the page of all faults that the doctor can find, sorted by severity. */
function faultsPage(): string {
  const intro =
    "This page is for operators. It lists every fault that [`valetkey doctor`](/doctor.md) can find. The doctor prints the fix of each " +
    "fault for your provider.";
  const sections = (["error", "warning", "info"] as const).map((severity) => {
    const faults = Object.entries(CATALOGUE).filter(([, entry]) => entry.severity === severity);
    const rows = faults.map(([id, { title, why }]) => `| \`${id}\` | ${escapeText(title)} | ${escapeText(why)} |`);
    return `## ${severity}\n\n| fault | meaning | reason |\n| --- | --- | --- |\n${rows.join("\n")}`;
  });
  return ["# Faults that the doctor finds", intro, ...sections].join("\n\n");
}
