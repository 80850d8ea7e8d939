import { type Member, membersOf } from "./options.ts";
import type { Link } from "./pages.ts";

const WIRING = "packages/server/src/wiring/embedding/types.ts";
const EMBEDDING = "packages/server/src/features/embedding/types.ts";
const CALLS = "packages/server/src/features/embedding/calls/types.ts";
const LINKS = "packages/server/src/features/embedding/calls/link-types.ts";
const REQUESTS = "packages/server/src/features/embedding/calls/request-types.ts";
const TENANTS = "packages/server/src/features/embedding/calls/tenants.ts";
const PLACES = "packages/server/src/features/embedding/places.ts";
const ANNOTATIONS = "packages/server/src/features/attachments/annotations.ts";
const CLIENT = "packages/client/src";

/** The types whose members are options, in the order of the page. */
export const OPTIONS = [
  { title: "createValetKey", file: WIRING, type: "ValetKeyOptions", prefix: "" },
  { title: "createValetKey: bucket", file: WIRING, type: "BucketOptions", prefix: "bucket." },
  { title: "createValetKey: a resource", file: EMBEDDING, type: "Resource", prefix: "resources.…." },
  { title: "createValetKey: the result of place", file: PLACES, type: "ItemPlace", prefix: "" },
  { title: "createValetKey: links", file: WIRING, type: "LinkOptions", prefix: "links." },
  { title: "files.createLink", file: LINKS, type: "NewLink", prefix: "" },
  { title: "files.createFileRequest", file: REQUESTS, type: "NewFileRequest", prefix: "" },
  { title: "files.attach: a new file", file: CALLS, type: "NewFile", prefix: "" },
  { title: "Tags and metadata", file: ANNOTATIONS, type: "AnnotationsInput", prefix: "" },
  { title: "Searches by tags and metadata", file: ANNOTATIONS, type: "AnnotationsFilter", prefix: "" },
  { title: "files.adopt: an object", file: CALLS, type: "AdoptedObject", prefix: "" },
  { title: "Pages of lists", file: CALLS, type: "PageOptions", prefix: "" },
  { title: "files.issueUrl", file: CALLS, type: "UrlOptions", prefix: "" },
  { title: "openFiles", file: `${CLIENT}/calls.ts`, type: "CallsOptions", prefix: "" },
  { title: "openFiles: previews", file: `${CLIENT}/previews/preview.ts`, type: "PreviewOptions", prefix: "" },
  { title: "openFiles: store", file: `${CLIENT}/open-files.ts`, type: "FilesOptions", prefix: "" },
  { title: "files.upload in a browser", file: `${CLIENT}/upload/upload-options.ts`, type: "UploadOptions", prefix: "" },
  { title: "files.upload: the file", file: `${CLIENT}/upload/upload-options.ts`, type: "FileOptions", prefix: "" },
  { title: "openTestFiles: uploadFile", file: "packages/server/src/testing.ts", type: "TestUpload", prefix: "" },
] as const;

export const OPTION_PAGES: Link[] = [
  { text: "Options of the library", link: "/reference/options" },
  { text: "Calls of the library", link: "/reference/calls" },
];

/** Returns every option, with its name as an application writes it. */
export function readOptions(root: string): { title: string; members: Member[] }[] {
  return OPTIONS.map(({ title, prefix, ...source }) => ({
    title,
    members: membersOf(root, source).map((member) => ({ ...member, name: `${prefix}${member.name}` })),
  }));
}

export function optionsPage(root: string): string {
  const sections = readOptions(root).map(({ title, members }) => {
    const rows = members.map((member) => `| ${[code(member.name), ...factsOf(member)].join(" | ")} |`);
    return [`## ${title}`, TABLE + rows.join("\n"), ...members.map(describe)].join("\n\n");
  });
  const intro =
    "This page is for developers who embed Valet Key. It lists every option of `createValetKey`, `openFiles` and " +
    "`openTestFiles`. The function `openTestFiles` accepts the options of `createValetKey`.";
  return ["# Options of the library", intro, ...sections].join("\n\n");
}

export function callsPage(root: string): string {
  const calls = [
    ...membersOf(root, { file: CALLS, type: "FileCalls" }),
    ...membersOf(root, { file: LINKS, type: "LinkCalls" }),
    ...membersOf(root, { file: REQUESTS, type: "FileRequestCalls" }),
    ...membersOf(root, { file: CALLS, type: "TransactionCalls" }),
    ...membersOf(root, { file: TENANTS, type: "TenantCalls" }),
  ];
  const intro =
    "This page is for developers who embed Valet Key. It lists the calls of `createValetKey`. Each call gets the user as its " +
    "first argument. The calls of `files.asApplication` get no user, and do not ask `may`. The page [errors](/errors.md) lists " +
    "the codes.";
  return ["# Calls of the library", intro, ...calls.map(describeCall)].join("\n\n");
}

const TABLE = "| option | type | default | range |\n| --- | --- | --- | --- |\n";

function factsOf({ type, isOptional, range, ...member }: Member): string[] {
  const shown = type.length > 60 || type.startsWith("(") ? "function" : type;
  return [code(shown), member.default ?? (isOptional ? "" : "required"), range ?? ""];
}

function describe({ name, text, example }: Member): string {
  return [`### ${code(name)}`, escapeText(text), ...blockOf(example)].join("\n\n");
}

function describeCall({ name, type, text, example }: Member): string {
  return [`## ${code(name)}`, `\`\`\`ts\n${name}${type}\n\`\`\``, escapeText(text), ...blockOf(example)].join("\n\n");
}

/** An example without a fence in the doc comment is TypeScript. */
function blockOf(example: string | undefined): string[] {
  if (example === undefined) return [];
  return [example.startsWith("```") ? example : `\`\`\`ts\n${example}\n\`\`\``];
}

export function code(text: string): string {
  return `\`${text.replaceAll("|", "\\|")}\``;
}

/** Escapes the characters that Vue and tables would read as their own, except in code. */
export function escapeText(text: string): string {
  return text
    .split(/(`[^`]+`)/)
    .map((part) => (part.startsWith("`") ? part : part.replaceAll("<", "&lt;").replaceAll("{{", "{ {")))
    .join("");
}
